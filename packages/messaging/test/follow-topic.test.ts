import { ownKafka } from '@coursewire/servers'
import { uniqueName, waitFor } from '@coursewire/testing'
import { expect, it, onTestFinished } from 'vitest'
import { followTopic } from '../src/consumer/follow-topic.ts'
import type { ReceivedEvent } from '../src/consumer/handlers.ts'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import {
  buildNote,
  createNoteTopic,
  createTestLogger,
  kafkaSettings,
  type Note,
  openAdmin,
  openTransactionalProducer,
  produce,
  toMessage,
} from './helpers.ts'

/** A cache of the test's own: what it has heard since it was emptied last. */
async function follow(note: Note, options: { brokers?: string[]; onEvent?: (event: ReceivedEvent) => void } = {}) {
  const follower = startFollowing(note, options)
  await follower.started
  return follower
}

function startFollowing(
  note: Pick<Note, 'topic'>,
  options: { brokers?: string[]; onEvent?: (event: ReceivedEvent) => void } = {},
) {
  const name = uniqueName('cache')
  const log = createTestLogger()
  const heard: ReceivedEvent[] = []
  let emptied = 0
  const follower = followTopic({
    kafka: kafkaSettings(options.brokers),
    name,
    topic: note.topic,
    logger: log.logger,
    onEvent(event) {
      options.onEvent?.(event)
      heard.push(event)
    },
    onMissed: () => {
      emptied += 1
      heard.length = 0
    },
    onFatal: (error) => {
      throw error
    },
  })
  onTestFinished(() => follower.close())
  const numbers = () => heard.map(({ event }) => event.payload['n'])
  return { ...follower, name, log, heard, numbers, emptied: () => emptied }
}

const write = (note: Note, numbers: number[], brokers?: string[]) =>
  produce(
    note.topic,
    numbers.map((n) => toMessage(note, buildNote(note, 'a', n))),
    brokers,
  )

it('each follower hears every event that is appended after it has begun, and none before; it leaves no group behind', async () => {
  const note = await createNoteTopic()
  await write(note, [1, 2])
  const followers = await Promise.all([follow(note), follow(note)])

  await write(note, [3, 4])

  const admin = await openAdmin()
  const findGroups = async () =>
    (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(followers[0].name))
  for (const one of followers) await waitFor(() => one.numbers().length === 2 && one.isFollowing())
  expect(followers.map((one) => [one.numbers(), one.emptied()])).toEqual([
    [[3, 4], 0],
    [[3, 4], 0],
  ])
  expect(await findGroups()).toHaveLength(1)
  await followers[0].close()
  expect(await findGroups()).toEqual([])
  expect(followers[0].isFollowing()).toBe(false)
})

it('a follower hears an event of an unknown type as it was received', async () => {
  const note = await createNoteTopic({ partitions: 1 })
  const { heard } = await follow(note)
  const event = { ...buildNote(note, 'a', 1), type: 'note.invented_later', extra: { n: 1 } }

  await produce(note.topic, [{ key: 'a', value: JSON.stringify(event), headers: { ce_type: event.type } }])

  await waitFor(() => heard.length === 1)
  expect(heard[0]).toMatchObject({
    value: Buffer.from(JSON.stringify(event)),
    event: { id: event.id, meta: { tenant_id: 'tenant' } },
    topic: note.topic,
    partition: 0,
    offset: 0,
    key: Buffer.from('a'),
    headers: [['ce_type', Buffer.from('note.invented_later')]],
  })
})

it('a follower goes on where it was when the broker has been away, and has missed nothing', async () => {
  const kafka = await ownKafka()
  onTestFinished(() => kafka.stop())
  const { brokers } = kafka
  const note = await createNoteTopic({ partitions: 1, brokers })
  const follower = await follow(note, { brokers })
  await write(note, [1], brokers)
  await waitFor(() => follower.numbers().length === 1)

  await kafka.kill()
  // Long before the group notices.
  await waitFor(() => !follower.isFollowing(), { timeoutMs: 10_000 })
  // For so long that it has to join again.
  await waitFor(() => follower.log.find('Joining the group anew').length > 0, { timeoutMs: 60_000 })
  await kafka.restart()
  await write(note, [2, 3], brokers)

  await waitFor(() => follower.numbers().length === 3, { timeoutMs: 60_000 })
  expect(follower.numbers()).toEqual([1, 2, 3])
  expect(follower.emptied()).toBe(0)
})

it('a follower hears what a transaction that was open when it began commits later', async () => {
  const note = await createNoteTopic({ partitions: 1 })
  const producer = await openTransactionalProducer()
  const transaction = await producer.transaction()
  await transaction.send({ topic: note.topic, messages: [toMessage(note, buildNote(note, 'a', 1))] })
  const follower = await follow(note)

  await transaction.commit()

  await waitFor(() => follower.numbers().length === 1)
  expect(follower.numbers()).toEqual([1])
})

it('a follower says that it may have missed events when its topic was made again', async () => {
  const note = await createNoteTopic({ partitions: 1 })
  const follower = await follow(note)
  await write(note, [1, 2, 3])
  await waitFor(() => follower.numbers().length === 3)

  const admin = await openAdmin()
  await admin.deleteTopics({ topics: [note.topic] })
  await createTopics(createKafka(kafkaSettings()), [
    { topic: note.topic, numPartitions: 1, replicationFactor: 1, configEntries: [] },
  ])

  await waitFor(() => follower.emptied() > 0, { timeoutMs: 60_000 })
  await waitFor(() => follower.isFollowing())
  await write(note, [4])
  await waitFor(() => follower.numbers().length === 1)
  expect(follower.numbers()).toEqual([4])
})

it('a follower says that it may have missed events when it cannot read one, or fails to handle one, and goes on', async () => {
  const note = await createNoteTopic({ partitions: 1 })
  const follower = await follow(note, {
    onEvent({ event }) {
      if (event.payload['n'] === 2) throw new Error('the cache is broken')
    },
  })

  await write(note, [1])
  await produce(note.topic, [{ key: 'a', value: 'no event' }])
  await write(note, [2, 3])

  await waitFor(() => follower.numbers().includes(3))
  expect(follower.numbers()).toEqual([3])
  expect(follower.emptied()).toBe(2)
  expect(follower.log.find('Events may have been missed')).toHaveLength(1)
  expect(follower.log.find('Followed event not handled')).toHaveLength(1)
})

it('a follower can be closed before it has started', async () => {
  const follower = startFollowing({ topic: uniqueName('missing') })
  await waitFor(
    () => follower.log.find('Joining the group anew').length + follower.log.find('Not following yet').length > 0,
  )

  await follower.close()

  await follower.started
  expect(follower.isFollowing()).toBe(false)
})
