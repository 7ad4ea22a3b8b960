import { uniqueName, waitFor } from '@coursewire/testing'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import { joinGroup } from '../src/kafkajs/membership.ts'
import { startRelay } from '../src/relay/relay.ts'
import { type BrokerProxy, startBrokerProxy } from './broker-proxy.ts'
import { findPartitions, useCluster } from './cluster.ts'
import { expectFaithful } from './expectations.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  openAdmin,
  produce,
  readDeadLetters,
  readEffects,
  readTopic,
  recordNotes,
  relayToKafka,
  settled,
  toMessage,
  whenCommitted,
  writeNotes,
} from './helpers.ts'

const proxies = new Map<number, BrokerProxy>()
const getCluster = useCluster({
  advertise: async (port, id) => {
    const proxy = await startBrokerProxy(port)
    proxies.set(id, proxy)
    return proxy.port
  },
})
afterAll(() => {
  for (const proxy of proxies.values()) proxy.close()
})

describe('when the group rejoins inside one fetcher while the answer of another broker is on its way', () => {
  it.each([
    { where: 'stays where it was', isMoved: false },
    { where: 'has moved meanwhile', isMoved: true },
  ])('no record is skipped and the order holds if the partition of that answer $where', async ({ isMoved }) => {
    const { brokers } = getCluster()
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 6, replicas: 3, brokers })])
    const { topic } = note
    const admin = await openAdmin(getCluster().brokers)
    const partitions = await findPartitions(admin, topic)
    const findLedBy = (broker: number) => partitions.find(({ leader }) => leader === broker)?.partitionId ?? 0
    const [late, moving] = [findLedBy(1), findLedBy(2)]
    const write = (partition: number, from: number, count: number) =>
      produce(
        topic,
        Array.from({ length: count }, (_, index) => {
          const noteId = `key-${partition}`
          return { ...toMessage(note, buildNote(note, noteId, from + index)), partition }
        }),
        brokers,
      )
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    // Whatever fails, nothing stays held back for the next test.
    onTestFinished(() => {
      open()
      for (const proxy of proxies.values()) void proxy.release().catch(() => undefined)
    })
    let hasEntered = false
    const handler = recordNotes(note, async (n) => {
      hasEntered = true
      if (n < 1_000) await gate
    })

    // A transaction has 200 records in hand, 300 wait behind it, and 100 more are on their way: late, and at offset 500.
    await write(late, 0, 500)
    const consumer = consume(store, note, { brokers, handlers: [handler] })
    await waitFor(() => hasEntered)
    const isLate = proxies.get(1)?.holdFetched()
    await write(late, 500, 100)
    await isLate
    // When a broker gives up its partition, its fetcher rejoins; the answers of the third broker show that it has.
    const hasJoined = proxies.get(3)?.holdFetched()
    await admin.createPartitions({ topicPartitions: [{ topic, count: 7, assignments: [[3, 2, 1]] }] })
    // Not every broker knows the new partition at once.
    await waitFor(() => write(6, 1_000, 100).then(() => true))
    const moves = [{ partition: moving, replicas: [3, 1] }, ...(isMoved ? [{ partition: late, replicas: [3, 2] }] : [])]
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: moves }] })
    await hasJoined

    await proxies.get(1)?.release()
    await proxies.get(3)?.release()
    open()

    await settled(store, 700)
    await whenCommitted(consumer.name, note, 700, { brokers })
    const effects = await readEffects(store)
    for (const [partition, from, count] of [
      [late, 0, 600],
      [6, 1_000, 100],
    ] as const) {
      const numbers = effects.filter(({ note_id }) => note_id === `key-${partition}`).map(({ n }) => n)
      expect(numbers).toEqual(Array.from({ length: count }, (_, index) => from + index))
    }
    expect(consumer.log.find('Offsets lost')).toEqual([])
    expect(await readDeadLetters(store)).toEqual([])
  })
})

describe('a member that leaves its group', () => {
  it('does not wait for the answer to a fetch', async () => {
    const { brokers } = getCluster()
    const note = await createNoteTopic({ partitions: 1, replicas: 3, brokers })
    await produce(
      note.topic,
      Array.from({ length: 10 }, (_, n) => toMessage(note, buildNote(note, 'a', n))),
      brokers,
    )
    const isOwed = Promise.race([...proxies.values()].map((proxy) => proxy.holdFetched()))
    onTestFinished(() => {
      for (const proxy of proxies.values()) void proxy.release().catch(() => undefined)
    })
    const onBatch = vi.fn<() => boolean>(() => true)
    const member = joinGroup({
      kafka: kafkaSettings(brokers),
      groupId: uniqueName('group'),
      topics: [note.topic],
      logger: createTestLogger().logger,
      isPatient: true,
      gathers: false,
      onAssigned: () => undefined,
      onLost: () => undefined,
      onBatch,
      onNothing: () => undefined,
      onOutOfRange: () => undefined,
      onFatal: (error) => {
        throw error
      },
    })
    await isOwed

    await member.leave()

    expect(onBatch).not.toHaveBeenCalled()
  })
})

describe('a connection that is reset in the middle of fetched records', () => {
  it('is replaced, and the first half of that answer does not spoil the answers on the new one', async () => {
    const { brokers } = getCluster()
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, replicas: 3, brokers })])
    const [partition] = await findPartitions(await openAdmin(getCluster().brokers), note.topic)
    const write = (numbers: number[]) =>
      produce(
        note.topic,
        numbers.map((n) => toMessage(note, buildNote(note, 'a', n))),
        brokers,
      )
    consume(store, note, { brokers })
    await write([0])
    await settled(store, 1)

    const isCut = proxies.get(partition?.leader ?? 0)?.cutFetched()
    await write([1, 2, 3])
    await isCut

    await settled(store, 4)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([0, 1, 2, 3])
  })
})

describe('a batch that was written although its acknowledgement was lost', () => {
  it('is sent again by a new producer together with newer rows, and nothing is missing, stuck or out of order', async () => {
    const { brokers } = getCluster()
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, replicas: 3, brokers })])
    const log = createTestLogger()
    const channel = createKafkaChannel({ ...kafkaSettings(brokers), logger: log.logger })
    const records = await readTopic(note.topic, brokers)
    const write = (numbers: number[]) =>
      writeNotes(
        store,
        note,
        numbers.map((n) => ({ noteId: 'a', n })),
      )
    for (const proxy of proxies.values()) proxy.losesAnswersTo = 'produce'
    await write([0, 1, 2])

    const relay = startRelay({ databaseUrl: store.databaseUrl, channel, logger: log.logger })
    onTestFinished(() => relay.close())
    await waitFor(() => log.find('Event publish failed').length === 3)
    await waitFor(() => records.length >= 3)
    await write([3, 4])
    for (const proxy of proxies.values()) proxy.losesAnswersTo = null

    await waitFor(async () => (await countOutbox(store)) === 0)
    await waitFor(() => records.length >= 8)
    expect(expectFaithful(records, 5)).toBeGreaterThanOrEqual(3)
  })
})

describe('a member that finds no coordinator for longer than its client keeps asking', () => {
  it('goes on asking, and consumes when there is a coordinator', async () => {
    const { brokers } = getCluster()
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, replicas: 3, brokers })])
    const fatal: Error[] = []
    for (const proxy of proxies.values()) proxy.losesAnswersTo = 'findCoordinator'

    const consumer = consume(store, note, { brokers, onFatal: (error) => fatal.push(error) })
    await waitFor(() => consumer.log.find('Joining the group anew').length >= 2)
    for (const proxy of proxies.values()) proxy.losesAnswersTo = null

    await produce(note.topic, [toMessage(note, buildNote(note, 'a', 1))], brokers)
    await settled(store, 1)
    expect(fatal).toEqual([])
  })
})

describe('a batch whose partition has moved to a broker that has already accepted its own part', () => {
  it('is not taken for acknowledged', async () => {
    const { brokers } = getCluster()
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ replicas: 3, brokers })])
    const { topic } = note
    const admin = await openAdmin(getCluster().brokers)
    relayToKafka(store, { brokers })
    const records = await readTopic(topic, brokers)
    const write = (n: number) =>
      writeNotes(
        store,
        note,
        Array.from({ length: 30 }, (_, key) => ({ noteId: `key-${key}`, n })),
      )
    await write(1)
    await waitFor(() => records.length === 30)

    const [moving] = await findPartitions(admin, topic)
    const replicas = [1, 2, 3].filter((broker) => broker !== moving?.leader)
    const moves = [{ partition: moving?.partitionId ?? 0, replicas }]
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: moves }] })
    await waitFor(async () =>
      (await findPartitions(admin, topic)).some(
        ({ partitionId, leader }) => partitionId === moving?.partitionId && replicas.includes(leader),
      ),
    )
    await write(2)
    await waitFor(async () => (await countOutbox(store)) === 0)

    await waitFor(() => new Set(records.map(({ value }) => String(value))).size === 60)
    expectFaithful(records, 60)
  })
})
