import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type KafkaServer, ownKafka, uniqueName, waitFor } from '@coursewire/servers'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import { findRanges } from '../src/kafkajs/read-ranges.ts'
import { expectFaithful, expectOrdered } from './expectations.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  type Note,
  openAdmin,
  produce,
  readCommitted,
  readDeadLetters,
  readEffects,
  readTopic,
  recordNotes,
  relayToKafka,
  type Store,
  settled,
  toMessage,
  whenCommitted,
  writeNotes,
} from './helpers.ts'

describe('a broker', () => {
  let kafka: KafkaServer
  beforeAll(async () => {
    kafka = await ownKafka()
  })
  afterAll(() => kafka.stop())

  it('that is killed and restarted under load loses no event, and every client recovers by itself', async () => {
    const { brokers } = kafka
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ brokers })])
    const write = (from: number, count: number) =>
      writeNotes(
        store,
        note,
        Array.from({ length: count }, (_, index) => ({ noteId: `key-${index % 20}`, n: from + index })),
      )
    for (let n = 0; n < 6_000; n += 1_000) await write(n, 1_000)

    const sender = relayToKafka(store, { brokers })
    const consumer = consume(store, note, { brokers })
    await settled(store, 1)
    await kafka.kill()
    await write(6_000, 500)
    expect(await countOutbox(store)).toBeGreaterThanOrEqual(500)
    await kafka.restart()
    await write(6_500, 500)

    const total = 7_000
    await settled(store, total)
    await waitFor(async () => (await countOutbox(store)) === 0)
    const records = await readTopic(note.topic, brokers)
    await waitFor(async () => {
      const committed = await readCommitted(consumer.name, note.topic, brokers)
      return committed === records.length && committed >= total
    })
    expectFaithful(records, total)
    const effects = await readEffects(store)
    expect(effects).toHaveLength(total)
    expectOrdered(effects.map(({ note_id, n }) => ({ key: note_id, n })))
    expect(await readDeadLetters(store)).toEqual([])
    expect([sender.isAlive(), consumer.isAlive(), consumer.isInGroup()]).toEqual([true, true, true])
  })

  it('that is down at the start, for longer than clients retry, is found when it comes up', async () => {
    const { brokers } = kafka
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ brokers })])
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    await kafka.stop()

    const kafkaLog = createTestLogger()
    const sender = relayToKafka(store, { brokers })
    const consumer = consume(store, note, { kafka: { ...kafkaSettings(brokers), logger: kafkaLog.logger } })
    await waitFor(() => sender.log.find('Event publish failed').length > 0)
    const refusals = () =>
      kafkaLog.lines.filter(({ err }) => String(err).startsWith('Failed to connect to seed broker'))
    await waitFor(() => refusals().length > 5)
    expect([sender.isAlive(), consumer.isAlive(), consumer.isInGroup()]).toEqual([true, true, false])

    await kafka.restart()
    await settled(store, 1)
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(consumer.isInGroup()).toBe(true)
  })
})

describe('the size of topics', () => {
  it('is known even if their leaders were just elected and do not know it yet', async () => {
    const admin = await openAdmin()

    for (let round = 0; round < 5; round += 1) {
      const topics = Array.from({ length: 10 }, () => uniqueName('new'))
      await createTopics(
        createKafka(kafkaSettings()),
        topics.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1, configEntries: [] })),
      )
      expect(await findRanges(admin, topics)).toHaveLength(30)
    }
  })
})

describe('records that are deleted before they were read', () => {
  const write = (note: Note, from: number, count: number) =>
    produce(
      note.topic,
      Array.from({ length: count }, (_, index) => toMessage(note, buildNote(note, 'a', from + index))),
    )
  const truncate = async ({ topic }: Note, offset: number) => {
    const admin = await openAdmin()
    // Otherwise kafkajs does not know the leader of the partition.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] })
  }
  const findNumbers = async (store: Store) => (await readEffects(store)).map(({ n }) => n)
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

  it('raise an alarm if they were deleted while nobody consumed, and the rest is consumed', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await write(note, 0, 100)
    const first = consume(store, note)
    await whenCommitted(first.name, note, 100)
    await first.close()
    await write(note, 100, 100)
    await truncate(note, 150)

    const second = consume(store, note, { name: first.name })

    await whenCommitted(first.name, note, 200)
    expect(await findNumbers(store)).toEqual([...range(0, 100), ...range(150, 200)])
    expect(second.log.find('Offsets lost')).toMatchObject([
      { level: 'error', topic: note.topic, partition: 0, found: 150 },
    ])
  })

  it('raise an alarm when they are deleted before a slow consumer gets there, which keeps what it has fetched', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let hasEntered = false
    const handler = recordNotes(note, () => {
      hasEntered = true
      return gate
    })
    // There is more than one fetch returns, and one fetch is more than memory holds, so the next waits until there is room.
    await write(note, 0, 12_000)
    const consumer = consume(store, note, { handlers: [handler] })
    await waitFor(() => hasEntered)
    await truncate(note, 11_900)

    open()

    await whenCommitted(consumer.name, note, 12_000)
    const numbers = await findNumbers(store)
    const [alarm] = consumer.log.find('Offsets lost') as { expected: number; found: number }[]
    expect(alarm).toMatchObject({ level: 'error', found: 11_900 })
    expect(numbers).toEqual([...range(0, alarm?.expected ?? 0), ...range(11_900, 12_000)])
  })
})

/** Starts a relay in its own process, which suspends itself with its first batch in hand. */
function spawnRelay(store: Store) {
  const entry = fileURLToPath(new URL('relay-that-halts.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', entry, store.databaseUrl, inject('kafka').brokers.join(',')],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

describe('a relay that is suspended with a batch in hand', () => {
  it('is succeeded by another, and when it continues, its late batch is a repeat and only one of them leads', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const write = (from: number, count: number) =>
      writeNotes(
        store,
        note,
        Array.from({ length: count }, (_, index) => ({ noteId: `key-${index % 7}`, n: from + index })),
      )
    await write(0, 300)
    const halted = spawnRelay(store)
    await waitFor(() => isHalted(halted.pid))
    const successor = relayToKafka(store)
    const records = await readTopic(note.topic)
    await write(300, 700)
    // Postgres ends a session that is silent for ten seconds, and with it the lock.
    await waitFor(() => records.length >= 1_000)

    halted.kill('SIGCONT')
    await write(1_000, 300)
    await waitFor(() => records.length >= 1_600)

    expect(expectFaithful(records, 1_300)).toBe(300)
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(await findLeaders(store)).toHaveLength(1)
    await successor.close()
    await write(1_300, 100)
    await waitFor(async () => (await countOutbox(store)) === 0)
  })
})

const isHalted = (pid: number | undefined) => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

async function findLeaders({ pool }: Store) {
  const { rows } = await pool.query(`SELECT pid FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  return rows
}
