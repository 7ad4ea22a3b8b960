import { createHash } from 'node:crypto'
import { enrollmentCompleted, type KafkaRecord } from '@coursewire/events'
import {
  decodeRecord,
  type Handler,
  onRun,
  publishRecords,
  startConsumer,
  type TopicHandler,
} from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import type { Comparison, Measured } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import { effectTable, insertEffects } from './effects.ts'
import { type Environment, PARTITIONS, type Store } from './environment.ts'
import { buildRecords } from './events.ts'

const EVENTS = 60_000
const BATCH = 200
/** Fields that a consumer does not need if it reads a record only once. */
const unused = { isRedriven: false, sizeBytes: 0, unreadBatch: null }

/** The events, the work on them, and the tables with its result. `counted` is the table that has a row for each event in the end. */
interface Consumed {
  buildRecords: (topic: string, count: number, from: number) => KafkaRecord[]
  tables: string[]
  counted: string
  createHandlers: (topic: string, onHandled: (events: number) => void) => (Handler | TopicHandler)[]
}

const oneEffect: Consumed = {
  buildRecords,
  tables: ['effects'],
  counted: 'effects',
  createHandlers: (topic, onHandled) => [
    onRun({ ...enrollmentCompleted, topic }, (tx, events) => {
      onHandled(events.length)
      return insertEffects(tx, events)
    }),
  ],
}

/** Measures how fast 60,000 events on Kafka are remembered, each with its effect row. */
export async function createConsumeComparisons(environment: Environment): Promise<Comparison[]> {
  const store = await environment.createStore(effectTable)
  const work = `consume: ${EVENTS.toLocaleString('en')} events, dedup and one effect row`
  const ours = () => consumeAll(environment, store, { count: EVENTS })
  return [
    {
      work,
      floorWork: `the same rows inserted set-based from memory, ${BATCH} a transaction, one at a time`,
      figures: { throughput: { unit: 'events/s', aim: { atLeast: 0.6 } } },
      ours,
      floor: () => insertAll(environment, store, EVENTS),
    },
    {
      work,
      floorWork: `kafkajs eachBatch, the same decoding and checks, effects set-based, ${BATCH} a transaction, not remembered`,
      figures: { throughput: { unit: 'events/s', aim: null } },
      ours,
      floor: () => fetchAll(environment, store, EVENTS),
    },
  ]
}

/** Starts the clock with the first batch of records, because joining the group is part of the start. Ends when `end` does, if it is given. */
export async function consumeAll(
  environment: Environment,
  store: Store,
  { count, remembered = 0, end }: { count: number; remembered?: number; end?: () => Promise<unknown> },
  { buildRecords: build, tables, counted, createHandlers }: Consumed = oneEffect,
): Promise<Measured> {
  const topic = await environment.createTopic()
  for (let from = 0; from < count; from += EVENTS) {
    await publishRecords(environment.kafka, build(topic, EVENTS, from))
  }
  await prepare(store, tables)
  await store.owner.query(
    `INSERT INTO event_dedup
     SELECT $1, 'past/enrollment/bench', id, 'past', id, '', 'done', now()
     FROM (SELECT gen_random_uuid()::text AS id FROM generate_series(1, $2::int)) AS past`,
    [topic, remembered],
  )
  let startedAt = 0
  let endCpu: ReturnType<typeof watchCpu> | undefined
  let handled = 0
  const consumer = startConsumer({
    kafka: environment.kafkaSettings,
    name: topic,
    serviceVersion: '1',
    db: store.db,
    handlers: createHandlers(topic, (events) => {
      endCpu ??= watchCpu(environment.processes)
      startedAt ||= performance.now()
      handled += events
    }),
    logger: environment.logger,
    onCommitted: () => undefined,
    onFatal: (error) => {
      throw error
    },
  })
  const isDone = async () => {
    if (handled < count) return false
    const { rows } = await store.pool.query<{ done: boolean }>(`SELECT count(*) >= $1 AS done FROM ${counted}`, [count])
    return rows[0]?.done
  }
  await waitFor(isDone, { intervalMs: 1, timeoutMs: 300_000 })
  await end?.()
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = endCpu?.(count)
  await consumer.close()
  return { throughput: count / seconds, ...cpu }
}

async function fetchAll(environment: Environment, store: Store, count: number): Promise<Measured> {
  const topic = await environment.createTopic()
  await publishRecords(environment.kafka, buildRecords(topic, count))
  await prepare(store)
  const definition = { ...enrollmentCompleted, topic }
  const handler = onRun(definition, insertEffects)
  const handlers = { byType: new Map([[handler.type, handler]]), byTopic: new Map() }
  let startedAt = 0
  let endCpu: ReturnType<typeof watchCpu> | undefined
  let handled = 0

  const consumer = environment.kafka.consumer({ groupId: topic })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    partitionsConsumedConcurrently: PARTITIONS,
    async eachBatch({ batch: { partition, messages } }) {
      endCpu ??= watchCpu(environment.processes)
      startedAt ||= performance.now()
      for (let from = 0; from < messages.length; from += BATCH) {
        const events = messages.slice(from, from + BATCH).map(({ key, value, offset, timestamp, headers = {} }) => {
          const record = { topic, life: '', partition, offset: Number(offset), timestamp, key, value, ...unused }
          const decoded = decodeRecord(
            { ...record, headers: Object.entries(headers) as [string, Buffer][] },
            handlers,
            topic,
          )
          if (!('received' in decoded) || !decoded.received.event) throw new Error('An event cannot be read')
          return decoded.received.event
        })
        await store.db.transaction((tx) => handler.handle(tx, events))
        handled += events.length
      }
    },
  })
  await waitFor(() => handled >= count, { intervalMs: 1, timeoutMs: 300_000 })
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = endCpu?.(count)
  await consumer.disconnect()
  return { throughput: count / seconds, ...cpu }
}

async function prepare(store: Store, tables = oneEffect.tables): Promise<void> {
  const all = [...tables, 'event_dedup'].join(', ')
  await store.owner.query(`TRUNCATE ${all}`)
  await store.owner.query(`VACUUM ${all}`)
}

async function insertAll(environment: Environment, store: Store, count: number): Promise<Measured> {
  await prepare(store)
  const events = buildRecords('floor', count).map(({ value }) => ({
    event: JSON.parse(Buffer.from(value).toString()),
    hash: createHash('sha256').update(value).digest(),
  }))
  const endCpu = watchCpu(environment.processes)
  const startedAt = performance.now()
  for (let from = 0; from < count; from += BATCH) {
    const batch = events.slice(from, from + BATCH)
    const client = await store.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query({
        name: 'floor-dedup',
        text: `INSERT INTO event_dedup (consumer, source, stream_message_id, tenant_id, event_id, content_hash, outcome)
                 SELECT 'floor', * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])`,
        values: [
          batch.map(() => 'floor/enrollment/bench'),
          batch.map(({ event }) => event.id),
          batch.map(({ event }) => event.meta.tenant_id),
          batch.map(({ event }) => event.id),
          batch.map(({ hash }) => hash),
          batch.map(() => 'done'),
        ],
      })
      await client.query({
        name: 'floor-effects',
        text: 'INSERT INTO effects SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])',
        values: [
          batch.map(({ event }) => event.id),
          batch.map(({ event }) => event.payload.enrollment_id),
          batch.map(({ event }) => event.payload.student_id),
          batch.map(({ event }) => event.payload.enrolled_at),
        ],
      })
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
  return { throughput: count / ((performance.now() - startedAt) / 1000), ...endCpu(count) }
}
