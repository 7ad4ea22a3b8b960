import { createVerify, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  type EventType,
} from '@aws-sdk/client-ses'
import { PublishCommand, SetTopicAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns'
import { waitFor } from '@coursewire/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeDataDir, start } from './started.ts'

type Message = Record<string, string>
type Event = { eventType: string; mail: { messageId: string; tags: Record<string, string[]> } }

/** Listens to SNS, and answers with the statuses, the last one for ever. */
async function listen(statuses = [200]) {
  const heard: Message[] = []
  const server = createServer((request, response) => {
    void json(request).then((message) => {
      heard.push(message as Message)
      response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => server.close().closeAllConnections())
  const next = (count: number) => waitFor(() => (heard.length >= count ? heard : null))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard, next }
}

type Aws = Awaited<ReturnType<typeof start>>

async function subscribe(aws: Aws, topicArn: string, listener: Awaited<ReturnType<typeof listen>>) {
  await aws.sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'http', Endpoint: listener.url }))
  const [confirmation = {}] = await listener.next(1)
  expect(await verify(confirmation)).toBe(true)
  expect((await fetch(confirmation['SubscribeURL'] ?? '')).status).toBe(200)
  return confirmation
}

async function verify(message: Message): Promise<boolean> {
  const pem = await (await fetch(message['SigningCertURL'] ?? '')).text()
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  const text = names.filter((name) => name in message).map((name) => `${name}\n${message[name]}\n`)
  return createVerify(message['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1')
    .update(text.join(''))
    .verify(new X509Certificate(pem).publicKey, message['Signature'] ?? '', 'base64')
}

test.each(['1', '2'])('a subscriber who confirmed hears a message with signature version %s', async (version) => {
  const aws = await start()
  const topicArn = await aws.createTopic()
  await aws.sns.send(
    new SetTopicAttributesCommand({
      TopicArn: topicArn,
      AttributeName: 'SignatureVersion',
      AttributeValue: version,
    }),
  )
  const listener = await listen()
  await subscribe(aws, topicArn, listener)

  const { MessageId } = await aws.sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: 'Hello',
      Message: 'Grüße\n',
      MessageAttributes: { event_id: { DataType: 'String', StringValue: 'e-1' } },
    }),
  )

  const [, message = {}] = await listener.next(2)
  expect(message).toMatchObject({
    Type: 'Notification',
    MessageId,
    TopicArn: topicArn,
    Subject: 'Hello',
    Message: 'Grüße\n',
    SignatureVersion: version,
    SigningCertURL: expect.stringMatching(/\/SimpleNotificationService-[\da-f]{32}\.pem$/),
    MessageAttributes: { event_id: { Type: 'String', Value: 'e-1' } },
  })
  expect(await verify(message)).toBe(true)
  expect(await verify({ ...message, Message: 'Forged' })).toBe(false)
})

test('a subscriber who has not confirmed hears nothing, and a wrong token confirms nothing', async () => {
  const aws = await start()
  const topicArn = await aws.createTopic()
  const [silent, listener] = [await listen(), await listen()]
  await aws.sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'http', Endpoint: silent.url }))
  await silent.next(1)
  await subscribe(aws, topicArn, listener)

  const wrong = `${aws.url}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=wrong`
  expect((await fetch(wrong)).status).toBe(400)
  await aws.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'Hello' }))

  await listener.next(2)
  expect(silent.heard.map(({ Type }) => Type)).toEqual(['SubscriptionConfirmation'])
})

test('who subscribes again is told whether that is confirmed, and is asked again if not', async () => {
  const aws = await start()
  const topicArn = await aws.createTopic()
  const listener = await listen()
  const ask = async () =>
    (await aws.sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'http', Endpoint: listener.url })))
      .SubscriptionArn

  expect(await ask()).toBe('pending confirmation')
  await listener.next(1)
  expect(await ask()).toBe('pending confirmation')
  const [, { SubscribeURL = '' } = {}] = await listener.next(2)
  await fetch(SubscribeURL)

  expect(await ask()).toMatch(new RegExp(`^${topicArn}:`))
})

test('a message that is refused comes again with the same id', async () => {
  const aws = await start()
  const topicArn = await aws.createTopic()
  const listener = await listen([200, 503, 500, 200])
  await subscribe(aws, topicArn, listener)

  const { MessageId } = await aws.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'Hello' }))

  const heard = await listener.next(4)
  expect(heard.slice(1).map((message) => message['MessageId'])).toEqual([MessageId, MessageId, MessageId])
})

test('subscriptions survive a restart', async () => {
  const dataDir = await makeDataDir()
  const aws = await start(dataDir)
  const topicArn = await aws.createTopic()
  const listener = await listen()
  await subscribe(aws, topicArn, listener)
  await aws.close()

  const again = await start(dataDir)
  await again.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'Hello' }))

  expect((await listener.next(2))[1]).toMatchObject({ Message: 'Hello' })
})

describe('the mailbox simulator', () => {
  const all: EventType[] = ['delivery', 'bounce', 'complaint']

  async function startFeedback() {
    const aws = await start()
    const listener = await listen()
    const topicArn = await aws.createTopic('feedback')
    const name = 'transactional'
    await aws.ses.send(new CreateConfigurationSetCommand({ ConfigurationSet: { Name: name } }))
    await aws.ses.send(
      new CreateConfigurationSetEventDestinationCommand({
        ConfigurationSetName: name,
        EventDestination: {
          Name: 'feedback',
          Enabled: true,
          MatchingEventTypes: all,
          SNSDestination: { TopicARN: topicArn },
        },
      }),
    )
    await subscribe(aws, topicArn, listener)
    const send = (to: string) =>
      aws.sendMail({
        Destination: { ToAddresses: [to] },
        ConfigurationSetName: name,
        Tags: [{ Name: 'send_id', Value: 's-1' }],
      })
    const readEvents = async (count: number) =>
      (await listener.next(count + 1)).slice(1).map(({ Message = '' }) => JSON.parse(Message) as Event)
    return { send, readEvents }
  }

  test.each([
    ['anna@example.com', [{ eventType: 'Delivery', delivery: { recipients: ['anna@example.com'] } }]],
    ['bounce@example.com', [{ eventType: 'Bounce', bounce: { bounceType: 'Permanent', bounceSubType: 'General' } }]],
    ['bounce+1@example.com', [{ eventType: 'Bounce' }]],
    ['suppressed@example.com', [{ eventType: 'Bounce', bounce: { bounceSubType: 'OnAccountSuppressionList' } }]],
    ['slow@example.com', [{ eventType: 'DeliveryDelay' }, { eventType: 'Delivery' }]],
  ])('what becomes of a mail to %s is told with its tags', async (to, expected) => {
    const { send, readEvents } = await startFeedback()

    const messageId = await send(to)

    const mail = { messageId, destination: [to], tags: { send_id: ['s-1'] } }
    expect(await readEvents(expected.length)).toMatchObject(expected.map((event) => ({ ...event, mail })))
  })

  test('a complaint comes with a delivery, in any order, and nothing is told of a silent address', async () => {
    const { send, readEvents } = await startFeedback()

    await send('silent@example.com')
    const messageId = await send('complaint@example.com')

    const events = await readEvents(2)
    expect(events.map(({ eventType }) => eventType).sort()).toEqual(['Complaint', 'Delivery'])
    expect(events.map(({ mail }) => mail.messageId)).toEqual([messageId, messageId])
  })
})
