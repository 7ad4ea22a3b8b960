import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  SESClient,
} from '@aws-sdk/client-ses'
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { loadConfig, runCommandLine } from '@coursewire/service-kit'
import { anEnrollment, waitFor } from '@coursewire/testing'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { createMails } from '../src/mails.ts'
import { logger, openLedger } from './ledger.ts'
import { aStudent, serve, startNeighbours, startSes } from './neighbours.ts'

const ledger = await openLedger()
beforeEach(async () => {
  await ledger.clear()
})

const configurationSet = 'transactional'
type Message = Record<string, string>

/** Starts a worker that has no Kafka, with a local SES whose feedback comes to its door. */
async function startWorld(settings: Record<string, string> = {}) {
  const neighbours = await startNeighbours()
  const ses = await startSes()
  for (const [name, value] of Object.entries(ses.env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const client = { endpoint: ses.url, region: 'eu-central-1' }
  const [sns, sesClient] = [new SNSClient(client), new SESClient(client)]
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'feedback' }))
  await sesClient.send(new CreateConfigurationSetCommand({ ConfigurationSet: { Name: configurationSet } }))
  await sesClient.send(
    new CreateConfigurationSetEventDestinationCommand({
      ConfigurationSetName: configurationSet,
      EventDestination: {
        Name: 'feedback',
        Enabled: true,
        MatchingEventTypes: ['delivery', 'bounce', 'complaint'],
        SNSDestination: { TopicARN: topicArn },
      },
    }),
  )
  const config = loadConfig(configSchema, {
    ...neighbours.env,
    AWS_REGION: client.region,
    AWS_ENDPOINT_URL_SNS: ses.url,
    SES_CONFIGURATION_SET: configurationSet,
    SNS_TOPIC_ARNS: topicArn,
    DATABASE_URL: ledger.databaseUrl,
    KAFKA_BROKERS: '127.0.0.1:9',
    ...settings,
  })
  const context = await createContext(config, logger)
  const app = await buildApp(context)
  onTestFinished(async () => {
    await app.close()
    await context.close()
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const door = `${address}/webhooks/sns`
  const heard: Message[] = []
  let isReachable = true
  const knock = async (message: object | string) => {
    const body = typeof message === 'string' ? message : JSON.stringify(message)
    const headers = { 'content-type': 'text/plain; charset=UTF-8' }
    return (await fetch(door, { method: 'POST', body, headers })).status
  }
  const recorder = await serve(async (request, response) => {
    const message = JSON.parse((await request.toArray()).join('')) as Message
    // SNS goes on when the door is closed, after the test.
    const status = isReachable ? await knock(message).catch(() => 503) : 503
    response.writeHead(status).end()
    heard.push({ ...message, Answer: String(status) })
  })
  async function subscribe(name: string) {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }))
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: recorder }))
    return TopicArn
  }
  const publishOn = (TopicArn: string, content: object, attributes: Record<string, string> = {}) =>
    sns.send(
      new PublishCommand({
        TopicArn,
        Message: JSON.stringify(content),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    )
  await subscribe('feedback')
  await waitFor(() => heard.length > 0)
  return {
    ses,
    /** The messages that came from SNS, and the door's answers. */
    heard,
    /** Sends a message to the door. */
    knock,
    /** Has SNS not reach the door any more. */
    cutOff: () => {
      isReachable = false
    },
    /** Hands letters to the door as an operator does who has read them from a redrive queue. */
    take: (bodies: string[], ...args: string[]) => takeFrom(address, bodies, args),
    subscribe,
    publishOn,
    publish: (content: object, attributes?: Record<string, string>) => publishOn(topicArn, content, attributes),
    /** Enrols a student with this address. */
    enrol: async (email = 'anna@example.com') => {
      neighbours.state.student = aStudent({ email })
      const event = anEnrollment()
      await ledger.handle(event)
      return event.payload.student_id
    },
  }
}

const untilIs = (studentId: string, status: string) =>
  waitFor(async () => {
    const email = await ledger.find(studentId)
    return email.status === status ? email : null
  })

const aDelivery = (mail: object) => ({ eventType: 'Delivery', mail, delivery: {} })
const aBounce = (mail: object, bounceType = 'Permanent') => ({
  eventType: 'Bounce',
  mail,
  bounce: { bounceType, bounceSubType: 'General', bouncedRecipients: [{ emailAddress: 'Silent@example.com' }] },
})

test('a mail that is delivered says so, with every change in its history', async () => {
  const { enrol, ses } = await startWorld()

  const email = await untilIs(await enrol(), 'delivered')

  const [mail] = await ses.readInbox()
  expect(email).toMatchObject({ messageId: mail?.id, reason: null })
  expect(await ledger.history(email.id)).toMatchObject([
    { status: 'pending', attempt: 0, changedBy: 'event' },
    { status: 'sending', attempt: 1, changedBy: 'worker' },
    { status: 'sent', attempt: 1, changedBy: 'worker', messageId: mail?.id },
    { status: 'delivered', attempt: 1, changedBy: 'ses', messageId: mail?.id },
  ])
})

test.each([
  ['bounce@example.com', 'bounced', 'Permanent: General'],
  ['complaint@example.com', 'complained', 'abuse'],
])('after %s the tenant writes to the address no more', async (address, status, reason) => {
  const { enrol, ses } = await startWorld()

  expect(await untilIs(await enrol(address), status)).toMatchObject({ reason })
  const next = await untilIs(await enrol(address.toUpperCase().replace('EXAMPLE.COM', 'example.com')), 'suppressed')

  expect(next).toMatchObject({ attempt: 0, reason: `an earlier mail ${status}` })
  expect(await ses.readInbox()).toHaveLength(1)
  await untilIs(await enrol('ben@example.com'), 'delivered')
})

test('a mailbox that is full for now gets the next mail', async () => {
  const { enrol, publish } = await startWorld()
  const { id, messageId } = await untilIs(await enrol('silent@example.com'), 'sent')

  await publish(aBounce({ messageId, tags: { send_id: [id] } }, 'Transient'))
  await waitFor(async () => (await ledger.history(id)).some(({ status }) => status === 'bounced'))

  expect(await untilIs(await enrol('silent@example.com'), 'sent')).toMatchObject({ attempt: 1 })
})

test('feedback only moves a mail forward, in whatever order and however often it comes', async () => {
  const { enrol, publish } = await startWorld()
  const studentId = await enrol('silent@example.com')
  const { id, messageId } = await untilIs(studentId, 'sent')
  const mail = { messageId, tags: { send_id: [id] } }

  await publish({ eventType: 'Complaint', mail, complaint: { complainedRecipients: [] } })
  await untilIs(studentId, 'complained')
  const count = (await readTaken()).length
  for (const event of [aDelivery(mail), aBounce(mail), aDelivery(mail)]) await publish(event)
  await waitFor(async () => (await readTaken()).length === count + 3)

  expect((await ledger.history(id)).map(({ status }) => status)).toEqual(['pending', 'sending', 'sent', 'complained'])
})

test('a mail is found by the id that SES gave it if the event has no tag, and foreign mails are let be', async () => {
  const { enrol, publish } = await startWorld()
  const studentId = await enrol('silent@example.com')
  const { messageId } = await untilIs(studentId, 'sent')

  await publish(aDelivery({ messageId: 'another', tags: { send_id: [randomUUID()] } }))
  await publish({ eventType: 'Open', mail: { messageId } })
  await publish(aDelivery({ messageId }))

  expect(await untilIs(studentId, 'delivered')).toMatchObject({ messageId })
})

test('an unknown mail is settled by feedback, and is not sent again', async () => {
  const { enrol, publish, ses } = await startWorld({ EMAIL_UNKNOWN_AFTER_SECONDS: '600' })
  await ses.setFault('accept-then-drop', 1)
  const studentId = await enrol('silent@example.com')
  const unknown = await untilIs(studentId, 'unknown')
  const [mail] = await ses.readInbox()

  await publish(aDelivery({ messageId: mail?.id, tags: { send_id: [unknown.id] } }))

  expect(await untilIs(studentId, 'delivered')).toMatchObject({ messageId: mail?.id })
  expect(await ses.readInbox()).toHaveLength(1)
})

test('a message that was taken before changes nothing, even days later', async () => {
  const { enrol, publish, knock, heard } = await startWorld()
  const studentId = await enrol('silent@example.com')
  const { id, messageId } = await untilIs(studentId, 'sent')
  await publish(aBounce({ messageId, tags: { send_id: [id] } }))
  await untilIs(studentId, 'bounced')
  await ledger.pool.query(`DELETE FROM suppressions`)

  expect(await knock(heard.at(-1) ?? {})).toBe(204)

  expect((await ledger.pool.query('SELECT FROM suppressions')).rowCount).toBe(0)
})

test('a message is forgotten when it is too old to come again', async () => {
  await ledger.pool.query(
    `INSERT INTO sns_messages VALUES ('old', now() - interval '31 days'), ('recent', now() - interval '29 days')`,
  )

  await startWorld()
  await waitFor(async () => (await readTaken()).length === 1)

  expect(await readTaken()).toEqual([{ id: 'recent' }])
})

test('a report that a mail is no spam is no complaint', async () => {
  const { enrol, publish } = await startWorld()
  const studentId = await enrol('silent@example.com')
  const { messageId } = await untilIs(studentId, 'sent')

  const complaint = {
    complaintFeedbackType: 'not-spam',
    complainedRecipients: [{ emailAddress: 'silent@example.com' }],
  }
  await publish({ eventType: 'Complaint', mail: { messageId }, complaint })

  await untilIs(studentId, 'delivered')
  expect((await ledger.pool.query('SELECT FROM suppressions')).rowCount).toBe(0)
})

describe('a message that does not come from SNS for us is refused, and nothing is fetched for it', () => {
  async function startForgery() {
    const world = await startWorld()
    await world.publish({ eventType: 'Open', mail: { messageId: 'm-1' } })
    const genuine = await waitFor(() => world.heard.find(({ Type }) => Type === 'Notification'))
    await waitFor(async () => (await readTaken()).length === 1)
    let asked = 0
    const inside = await serve((_request, response) => {
      asked += 1
      response.end()
    })
    return { ...world, genuine: { ...genuine, MessageId: randomUUID() }, inside, countAsked: () => asked }
  }

  test.each<[string, (world: { genuine: Message; inside: string; sns: string }) => Message]>([
    ['another text', ({ genuine }) => ({ ...genuine, Message: '{}' })],
    ['another topic', ({ genuine }) => ({ ...genuine, TopicArn: 'arn:aws:sns:eu-central-1:000000000000:other' })],
    ['a signature of another kind', ({ genuine }) => ({ ...genuine, SignatureVersion: '2' })],
    [
      'a certificate elsewhere',
      ({ genuine, inside, sns }) => ({
        ...genuine,
        SigningCertURL: (genuine['SigningCertURL'] ?? '').replace(sns, inside),
      }),
    ],
    [
      'a certificate elsewhere, with SNS as its user',
      ({ genuine, inside, sns }) => ({
        ...genuine,
        SigningCertURL: (genuine['SigningCertURL'] ?? '').replace(sns, inside.replace('//', '//sns.amazonaws.com@')),
      }),
    ],
    [
      'a certificate of SNS for a user',
      ({ genuine, sns }) => ({
        ...genuine,
        SigningCertURL: (genuine['SigningCertURL'] ?? '').replace(sns, sns.replace('//', '//user@')),
      }),
    ],
    [
      'another file of SNS as its certificate',
      ({ genuine, sns }) => ({ ...genuine, SigningCertURL: `${sns}/?Action=ConfirmSubscription` }),
    ],
    ['no address as its certificate', ({ genuine }) => ({ ...genuine, SigningCertURL: 'no address' })],
    [
      'a subscription to confirm elsewhere',
      ({ genuine, inside }) => ({
        ...genuine,
        Type: 'SubscriptionConfirmation',
        Token: 't',
        SubscribeURL: `${inside}/?Action=ConfirmSubscription`,
      }),
    ],
  ])('%s', async (_case, forge) => {
    const { genuine, inside, ses, knock, countAsked } = await startForgery()

    expect(await knock(forge({ genuine, inside, sns: ses.url }))).toBe(403)

    expect(countAsked()).toBe(0)
    expect(await readTaken()).toHaveLength(1)
  })

  test('a topic of somebody else, which SNS has signed for', async () => {
    const { subscribe, publishOn, heard } = await startForgery()
    const count = heard.length
    const other = await subscribe('other')
    expect(await waitFor(() => heard[count])).toMatchObject({ TopicArn: other, Answer: '403' })
    await confirm(heard[count])

    await publishOn(other, { eventType: 'Open', mail: { messageId: 'm-1' } })

    expect(await waitFor(() => heard[count + 1])).toMatchObject({ TopicArn: other, Answer: '403' })
  })

  test('what is not a message is a bad request', async () => {
    const { knock } = await startForgery()

    expect(await knock({ Type: 'Notification' })).toBe(400)
    expect(await knock('no JSON')).toBe(400)
  })
})

describe('an enrolment that is published on SNS', () => {
  const message = (studentId: string, courseId: string) => ({
    eventType: 'EnrollmentCompleted',
    studentId,
    courseId,
    enrollmentType: 'free',
    enrolledAt: '2026-03-02T09:30:00Z',
    source: 'gift',
  })

  test('and on Kafka brings one mail', async () => {
    const { publish, ses } = await startWorld({ WELCOME_FROM: 'both' })
    const event = anEnrollment()
    const { student_id, course_id, activation } = event.payload
    const attributes = { tenant_id: event.meta.tenant_id, activation: String(activation), event_id: event.id }

    await Promise.all([publish(message(student_id, course_id), attributes), ledger.handle(event)])
    await waitFor(async () => (await readTaken()).length > 0)

    await untilIs(student_id, 'delivered')
    expect(await ses.readInbox()).toHaveLength(1)
  })

  test('without attributes is a first enrolment of the default tenant', async () => {
    const { publish } = await startWorld({ WELCOME_FROM: 'sns' })

    await publish(message('student-1', 'course-1'))

    const email = await waitFor(async () => (await ledger.list())[0])
    expect(email).toMatchObject({ tenantId: 'acme', fact: 'course-1', activation: 1, source: 'gift' })
  })

  test('brings no mail where only Kafka is listened to', async () => {
    const { publish } = await startWorld()

    await publish(message('student-1', 'course-1'))
    await waitFor(async () => (await readTaken()).length === 1)

    expect(await ledger.list()).toEqual([])
  })
})

describe('letters of a redrive queue', () => {
  async function startBehind() {
    const world = await startWorld()
    const studentId = await world.enrol('silent@example.com')
    const { id, messageId } = await untilIs(studentId, 'sent')
    world.cutOff()
    await world.publish(aDelivery({ messageId, tags: { send_id: [id] } }))
    const missed = await waitFor(() => world.heard.find(({ Message = '' }) => Message.includes(id)))
    return { ...world, studentId, id, missed }
  }

  test('are taken as if SNS had delivered them, and taking them again changes nothing', async () => {
    const { take, studentId, id, missed } = await startBehind()

    const first = await take([JSON.stringify(missed)])
    await untilIs(studentId, 'delivered')
    const history = await ledger.history(id)
    const second = await take([JSON.stringify(missed)], '--json')

    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^sqs-0 +taken/m) })
    expect(second.code).toBe(0)
    expect(JSON.parse(second.out)).toEqual([
      { messageId: 'sqs-0', outcome: 'taken', reason: null, receiptHandle: 'handle-0' },
    ])
    expect(await ledger.history(id)).toEqual(history)
  })

  test('that are not genuine are refused and named, and the others are taken', async () => {
    const { take, studentId, missed } = await startBehind()
    const forged = { ...missed, MessageId: randomUUID(), Message: '{}' }
    const foreign = { ...missed, TopicArn: 'arn:aws:sns:eu-central-1:000000000000:other' }

    const { code, out, err } = await take(
      [JSON.stringify(forged), JSON.stringify(foreign), 'no letter', JSON.stringify(missed)],
      '--json',
    )

    expect(JSON.parse(out)).toMatchObject([
      { outcome: 'refused', reason: expect.stringContaining('a wrong signature') },
      { outcome: 'refused', reason: expect.stringContaining('another topic') },
      { outcome: 'refused', reason: expect.stringContaining('400') },
      { outcome: 'taken', reason: null },
    ])
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('Not taken: 3 of 4') })
    await untilIs(studentId, 'delivered')
  })

  test('are left for later while email-worker does not answer', async () => {
    const { code, out } = await takeFrom(nowhere, ['{}'], ['--json'])

    expect(JSON.parse(out)).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('ECONNREFUSED') }])
    expect(code).toBe(1)
  })

  test('may be none, because the AWS CLI prints nothing about an empty queue', async () => {
    const file = await writeLetters('')

    expect(await runTake(nowhere, [file])).toEqual({ out: 'No letters', err: '', code: 0 })
  })

  test('are only read from what the AWS CLI has printed', async () => {
    const file = await writeLetters('no JSON')

    expect(await runTake(nowhere, [file])).toMatchObject({ code: 1, err: expect.stringContaining('not JSON') })
  })
})

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:2'

async function writeLetters(text: string) {
  const directory = await mkdtemp(join(tmpdir(), 'letters-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'letters.json')
  await writeFile(file, text)
  return file
}

async function takeFrom(address: string, bodies: string[], args: string[]) {
  const Messages = bodies.map((Body, index) => ({
    MessageId: `sqs-${index}`,
    ReceiptHandle: `handle-${index}`,
    Body,
  }))
  const file = await writeLetters(JSON.stringify({ Messages }))
  return runTake(address, [file, ...args])
}

async function runTake(address: string, args: string[]) {
  const printed = { out: '', err: '' }
  const terminal = {
    env: { EMAIL_WORKER_URL: address },
    print: (text: string) => Object.assign(printed, { out: text }),
    note: (text: string) => Object.assign(printed, { err: text }),
  }
  const code = await runCommandLine(createMails(terminal), ['take', ...args], terminal)
  return { ...printed, code }
}

/** Confirms a subscription as its owner would. */
async function confirm(message: Message | undefined) {
  expect((await fetch(message?.['SubscribeURL'] ?? '')).status).toBe(200)
}

async function readTaken() {
  return (await ledger.pool.query('SELECT id FROM sns_messages')).rows
}
