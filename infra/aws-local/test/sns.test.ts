import { PublishBatchCommand, type PublishBatchRequestEntry, PublishCommand } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { start } from './started.ts'

test('a topic that is created twice is one topic, in the region of the caller', async () => {
  const aws = await start()

  const [first, second] = [await aws.createTopic('enrollments'), await aws.createTopic('enrollments')]

  expect(first).toBe('arn:aws:sns:eu-central-1:000000000000:enrollments')
  expect(second).toBe(first)
})

test('a topic name that SNS would reject is refused', async () => {
  const aws = await start()

  await expect(aws.createTopic('no spaces')).rejects.toMatchObject({ Code: 'InvalidParameter' })
})

test('a published message is kept with all its fields', async () => {
  const aws = await start()
  const TopicArn = await aws.createTopic()
  const message = JSON.stringify({ title: 'Ümlaut & <tags> + "quotes"\n' })

  const { MessageId, $metadata } = await aws.sns.send(
    new PublishCommand({
      TopicArn,
      Subject: 'Enrollment Completed',
      Message: message,
      MessageAttributes: {
        event_id: { DataType: 'String', StringValue: 'e-1' },
        activation: { DataType: 'Number', StringValue: '1' },
        digest: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
      },
    }),
  )

  expect($metadata.requestId).toMatch(/^[\w-]{36}$/)
  expect(await aws.readPublished()).toEqual([
    {
      id: MessageId,
      at: expect.stringMatching(/Z$/),
      topicArn: TopicArn,
      subject: 'Enrollment Completed',
      message,
      messageAttributes: {
        event_id: { type: 'String', value: 'e-1' },
        activation: { type: 'Number', value: '1' },
        digest: { type: 'Binary', value: 'AQL/' },
      },
    },
  ])
})

test.each([
  ['no text', { Message: '' }, 'InvalidParameter', 400],
  ['more than 256 KiB', { Message: 'x'.repeat(256 * 1024 + 1) }, 'InvalidParameter', 400],
  ['a subject with a line break', { Subject: 'a\nb' }, 'InvalidParameter', 400],
  ['an attribute without a value', { MessageAttributes: { a: { DataType: 'String' } } }, 'ParameterValueInvalid', 400],
  ['an unknown topic', { TopicArn: 'arn:aws:sns:eu-central-1:000000000000:other' }, 'NotFound', 404],
])('a message with %s is refused', async (_case, changes, Code, httpStatusCode) => {
  const aws = await start()
  const TopicArn = await aws.createTopic()

  const publishing = aws.sns.send(new PublishCommand({ TopicArn, Message: 'm', ...changes }))

  await expect(publishing).rejects.toMatchObject({ Code, $metadata: { httpStatusCode } })
  expect(await aws.readPublished()).toEqual([])
})

test('a message of exactly 256 KiB, attributes included, is accepted', async () => {
  const aws = await start()
  const TopicArn = await aws.createTopic()

  const MessageAttributes = { ab: { DataType: 'String', StringValue: 'cd' } }
  await aws.sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(256 * 1024 - 10), MessageAttributes }))

  expect(await aws.readPublished()).toHaveLength(1)
})

test('a batch is answered entry by entry, and its valid entries keep their order', async () => {
  const aws = await start()
  const TopicArn = await aws.createTopic()

  const { Successful, Failed } = await aws.sns.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'first', Message: '1' },
        { Id: 'bad', Message: '2', Subject: 'line\nbreak' },
        { Id: 'last', Message: '3' },
      ],
    }),
  )

  const published = await aws.readPublished()
  expect(published.map(({ message }) => message)).toEqual(['1', '3'])
  expect(Successful).toEqual([
    { Id: 'first', MessageId: published[0]?.id },
    { Id: 'last', MessageId: published[1]?.id },
  ])
  expect(Failed).toEqual([
    { Id: 'bad', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true },
  ])
})

const entries = (count: number, Message = 'm'): PublishBatchRequestEntry[] =>
  Array.from({ length: count }, (_, index) => ({ Id: `id-${index}`, Message }))

test.each([
  ['eleven entries', entries(11), 'TooManyEntriesInBatchRequest'],
  ['no entry', [], 'EmptyBatchRequest'],
  ['more than 256 KiB together', entries(10, 'x'.repeat(27_000)), 'BatchRequestTooLong'],
  ['the same Id twice', [...entries(1), ...entries(1)], 'BatchEntryIdsNotDistinct'],
  ['an Id with a space', [{ Id: 'a b', Message: 'm' }], 'InvalidBatchEntryId'],
])('a batch of %s is refused as a whole', async (_case, PublishBatchRequestEntries, Code) => {
  const aws = await start()
  const TopicArn = await aws.createTopic()

  const publishing = aws.sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }))

  await expect(publishing).rejects.toMatchObject({ Code, $metadata: { httpStatusCode: 400 } })
  expect(await aws.readPublished()).toEqual([])
})

test('a batch of ten entries is accepted', async () => {
  const aws = await start()
  const TopicArn = await aws.createTopic()

  await aws.sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries(10) }))

  expect(await aws.readPublished()).toHaveLength(10)
})
