import { waitFor } from '@coursewire/testing'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as metrics from '../src/metrics.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  openAdmin,
  openTransactionalProducer,
  produce,
  type Store,
  settled,
  toMessage,
} from './helpers.ts'

const MINUTE_MS = 60_000

/** Ends all connections of the store's database, and accepts no new ones until the returned function is called. */
async function shut({ adminUrl }: Store): Promise<() => Promise<unknown>> {
  const name = new URL(adminUrl).pathname.slice(1)
  const admin = new pg.Client({ connectionString: Object.assign(new URL(adminUrl), { pathname: '/postgres' }).href })
  await admin.connect()
  onTestFinished(() => admin.end())
  const allow = (isAllowed: boolean) => admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isAllowed}`)
  await allow(false)
  await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [name])
  return () => allow(true)
}

describe('a partition that is not at its end', () => {
  it('has a lag, an age and an alarm while another producer holds a transaction open, and continues after it', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const write = (n: number) => produce(note.topic, [toMessage(note, buildNote(note, 'a', n))])
    const lag = vi.spyOn(metrics.consumerLag, 'record')
    const age = vi.spyOn(metrics.watermarkAge, 'record')
    const consumer = consume(store, note, { monotonicMs: () => performance.now() + MINUTE_MS })
    await write(0)
    await settled(store, 1)
    const producer = await openTransactionalProducer()

    const transaction = await producer.transaction()
    await transaction.send({ topic: note.topic, messages: [{ key: 'b', value: 'for nobody' }] })
    await write(1)

    await waitFor(() => consumer.log.find('Consumer stands still').length > 0)
    expect(consumer.log.find('Consumer stands still')).toMatchObject([
      { level: 'error', topic: note.topic, partition: 0, position: 1, end: 3, inHand: 0 },
    ])
    const labels = { topic: note.topic, partition: 0 }
    await waitFor(() => lag.mock.calls.some(([value, of]) => value === 2 && of?.['topic'] === labels.topic))
    await waitFor(() => Number(age.mock.lastCall?.[0]) > 0)

    await transaction.abort()
    await settled(store, 2)
    await waitFor(() => lag.mock.lastCall?.[0] === 0)
    await waitFor(() => age.mock.lastCall?.[0] === 0)
    expect(consumer.log.find('Consumer stands still')).toHaveLength(1)
  })

  it('has a lag and an alarm while the database is down, although it is not fetched then', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 2 })])
    const write = (partition: number, n: number) =>
      produce(note.topic, [{ ...toMessage(note, buildNote(note, 'a', n)), partition }])
    const lag = vi.spyOn(metrics.consumerLag, 'record')
    let passedMs = 0
    const consumer = consume(store, note, { monotonicMs: () => performance.now() + passedMs })
    await write(0, 0)
    await write(1, 1)
    await settled(store, 2)

    const allow = await shut(store)
    await write(0, 2)
    await waitFor(() => consumer.log.find('Consuming paused, a dependency is down').length > 0)
    await write(1, 3)
    passedMs = MINUTE_MS

    await waitFor(() => consumer.log.find('Consumer stands still').length === 2)
    expect(consumer.log.find('Consumer stands still').toSorted(byPartition)).toMatchObject([
      { partition: 0, end: 2, inHand: 1 },
      { partition: 1, end: 2, inHand: 0 },
    ])
    await waitFor(() =>
      lag.mock.calls.some(([value, of]) => value === 1 && of?.['topic'] === note.topic && of['partition'] === 1),
    )

    await allow()
    await settled(store, 4)
  })

  it('has no lag any more in a process from which another one has taken it over', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 2 })])
    const lag = vi.spyOn(metrics.consumerLag, 'record')
    const readLags = (partition: number) =>
      lag.mock.calls.flatMap(([value, of]) =>
        of?.['topic'] === note.topic && of['partition'] === partition ? [value] : [],
      )
    const { name } = consume(store, note)
    const producer = await openTransactionalProducer()
    const transaction = await producer.transaction()
    const messages = [0, 1].map((partition) => ({ partition, key: 'b', value: 'for nobody' }))
    await transaction.send({ topic: note.topic, messages })
    await waitFor(() => [0, 1].every((partition) => readLags(partition).at(-1) === 1))
    lag.mockClear()

    consume(store, note, { name })
    await waitFor(() => [0, 1].some((partition) => readLags(partition).includes(0)))

    expect([0, 1].flatMap(readLags)).toContain(0)
    await transaction.abort()
  })
})

describe('a consumer whose positions are not known', () => {
  it('raises an alarm after a minute, and says where it begins once they are', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await produce(note.topic, [toMessage(note, buildNote(note, 'a', 0))])
    const allow = await shut(store)
    let passedMs = 0

    const consumer = consume(store, note, { monotonicMs: () => performance.now() + passedMs })
    await waitFor(() => consumer.log.find('Consuming paused, a dependency is down').length > 0)
    passedMs = MINUTE_MS

    await waitFor(() => consumer.log.find('Consumer stands still').length > 0)
    expect(consumer.log.find('Consumer stands still')).toMatchObject([{ level: 'error', reason: 'positions-unknown' }])
    expect(consumer.log.find('Positions found')).toEqual([])

    await allow()
    await settled(store, 1)
    expect(consumer.log.find('Positions found')).toMatchObject([{ level: 'info', starts: { [`${note.topic}/0`]: 0 } }])
  })
})

const byPartition = (a: Record<string, unknown>, b: Record<string, unknown>) =>
  Number(a['partition']) - Number(b['partition'])

describe('partitions that are added to a topic', () => {
  it('are read within moments', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    await produce(note.topic, [toMessage(note, buildNote(note, 'a', 0))])
    await settled(store, 1)
    const admin = await openAdmin()

    await admin.createPartitions({ topicPartitions: [{ topic: note.topic, count: 3 }] })
    await waitFor(async () => {
      await produce(note.topic, [{ ...toMessage(note, buildNote(note, 'b', 1)), partition: 2 }])
      return true
    })

    await settled(store, 2)
    expect(consumer.log.find('Offsets lost')).toEqual([])
  })
})
