import { uniqueName, waitFor } from '@coursewire/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createKafka, createTopics, membership } from '../src/kafkajs/client.ts'
import { startRelay } from '../src/relay/relay.ts'
import {
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  openAdmin,
  readTopic,
  relayToKafka,
  type Store,
  writeNotes,
} from './helpers.ts'
import { defineNote } from './note.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const readClock = Date.now
const shiftClock = (ms: number) => vi.spyOn(Date, 'now').mockImplementation(() => readClock() + ms)
afterEach(() => void vi.restoreAllMocks())

const createTopic = (topic: string, configEntries: { name: string; value: string }[] = []) =>
  createTopics(createKafka(kafkaSettings()), [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }])

const notes = (count: number) => Array.from({ length: count }, (_, n) => ({ noteId: 'key', n }))
const countParked = async ({ pool }: Store) => (await pool.query('SELECT FROM outbox_parked')).rowCount

describe('a relay whose clock is wrong', () => {
  it.each([
    ['two hours ahead', 2 * HOUR],
    ['forty days behind', -40 * DAY],
  ])('by %s writes records with their true age', async (_, ms) => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    shiftClock(ms)
    relayToKafka(store)
    await writeNotes(store, note, notes(20))
    await waitFor(async () => (await countOutbox(store)) === 0)
    vi.restoreAllMocks()

    const records = await readTopic(note.topic)
    await waitFor(() => records.length === 20)
    expect(records.filter(({ timestamp }) => Math.abs(Date.now() - Number(timestamp)) > HOUR / 2)).toEqual([])
    expect(await countParked(store)).toBe(0)
  })

  it('parks nothing where a topic goes by it, and sends everything once the topic uses the clock of the broker', async () => {
    const [store, topic] = [await createStore(), uniqueName('note.events')]
    await createTopic(topic, [{ name: 'message.timestamp.type', value: 'CreateTime' }])
    shiftClock(2 * HOUR)
    const { log } = relayToKafka(store)
    await writeNotes(store, defineNote(topic), notes(20))
    await waitFor(() => log.find('Topic set aside').length > 1)
    expect([await countParked(store), await countOutbox(store)]).toEqual([0, 20])

    await createTopic(topic, [{ name: 'message.timestamp.type', value: 'LogAppendTime' }])

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(await countParked(store)).toBe(0)
  })
})

it('a topic that refuses whatever it is sent parks no row, and gets every row when it accepts them again', async () => {
  const [store, topic] = [await createStore(), uniqueName('note.events')]
  await createTopic(topic, [
    { name: 'max.message.bytes', value: '100' },
    { name: 'retention.ms', value: '1234567' },
  ])
  const { log } = relayToKafka(store)
  await writeNotes(store, defineNote(topic), notes(40))
  await waitFor(() => log.find('Topic set aside').length > 1)
  expect([await countParked(store), await countOutbox(store)]).toEqual([0, 40])

  await createTopic(topic, [{ name: 'max.message.bytes', value: '1000000' }])

  await waitFor(async () => (await countOutbox(store)) === 0)
  expect(await countParked(store)).toBe(0)
  const admin = await openAdmin()
  const { resources } = await admin.describeConfigs({ resources: [{ type: 2, name: topic }], includeSynonyms: false })
  const retention = resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms')
  expect(retention?.configValue).toBe('1234567')
})

describe('when the clock is set back an hour', () => {
  it('a topic that was set aside is tried again within seconds', async () => {
    const store = await createStore()
    const note = defineNote(uniqueName('note.events'))
    const { log } = relayToKafka(store)
    await writeNotes(store, note, notes(1))
    await waitFor(() => log.find('Topic set aside').length > 3)

    shiftClock(-HOUR)
    await createTopic(note.topic)

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(await countParked(store)).toBe(0)
  })

  it('a relay and a consumer that stand still do not count as alive', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const log = createTestLogger()
    let isSending = false
    const hanging = startRelay({
      databaseUrl: store.databaseUrl,
      logger: log.logger,
      channel: {
        name: 'kafka',
        batch: { rows: 500, bytes: 900_000 },
        gatherMs: 0,
        async send(rows) {
          isSending = true
          await waitFor(() => !isSending)
          return { sent: rows, parked: [], failed: [], isDown: false }
        },
        topicsSetAside: () => [],
        close: async () => undefined,
      },
    })
    onTestFinished(() => hanging.close())
    const consumer = consume(store, note, { brokers: ['127.0.0.1:9'] })
    await writeNotes(store, note, notes(1))
    await waitFor(() => isSending)
    expect([hanging.isAlive(), consumer.isAlive()]).toEqual([true, true])

    shiftClock(-HOUR)
    const readElapsed = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => readElapsed() + 200_000)
    const alive = [hanging.isAlive(), consumer.isAlive()]
    vi.restoreAllMocks()
    isSending = false

    expect(alive).toEqual([false, false])
  })

  it('a member of a group keeps sending heartbeats', async () => {
    const note = await createNoteTopic({ partitions: 1 })
    const member = createKafka(kafkaSettings()).consumer({
      groupId: uniqueName('group'),
      ...membership,
      maxWaitTimeInMs: 100,
    })
    onTestFinished(() => member.disconnect())
    let heartbeats = 0
    member.on(member.events.HEARTBEAT, () => {
      heartbeats += 1
    })
    await member.connect()
    await member.subscribe({ topics: [note.topic] })
    await member.run({ eachBatch: async () => undefined })
    await waitFor(() => heartbeats > 0)

    shiftClock(-HOUR)
    const before = heartbeats

    expect(await waitFor(() => heartbeats > before + 1)).toBe(true)
  })
})
