import { enrollmentCompleted } from '@coursewire/events'
import { createKafkaChannel, onRun, startConsumer, startRelay, toOutboxColumns } from '@coursewire/messaging'
import { waitFor } from '@coursewire/testing/servers'
import { sql } from 'drizzle-orm'
import { type Comparison, type Measured, percentile } from './benchmark.ts'
import { effectTable } from './consume.ts'
import type { Environment, Store } from './environment.ts'
import { buildRecords, buildRow } from './events.ts'

const SECONDS = 10

/** From the commit that writes an event to the commit of its effect in the other service's database. */
export async function createLatencyComparisons(environment: Environment): Promise<Comparison[]> {
  const [writer, reader] = await Promise.all([environment.createStore(), environment.createStore(effectTable)])
  return [100, 1_000].map((rate) => ({
    work: `written → effect committed in the other service, ${rate.toLocaleString('en')}/s`,
    floorWork: 'raw kafkajs produce → eachBatch',
    figures: {
      p50: { unit: 'ms', aim: { atMost: 3 } },
      p99: { unit: 'ms', aim: { atMost: 2 } },
    },
    ours: () => measureEffects(environment, writer, reader, rate),
    floor: () => measureRaw(environment, rate),
  }))
}

async function measureEffects(environment: Environment, writer: Store, reader: Store, rate: number): Promise<Measured> {
  const topic = await environment.createTopic()
  await reader.owner.query('TRUNCATE effects, event_dedup')
  await Promise.all([writer.owner.query('VACUUM outbox'), reader.owner.query('VACUUM effects, event_dedup')])
  const writtenAt = new Map<string, number>()
  const committedAt = new Map<string, number>()
  const { kafkaSettings, logger } = environment
  const relay = startRelay({ databaseUrl: writer.databaseUrl, channel: createKafkaChannel(kafkaSettings), logger })
  const consumer = startConsumer({
    kafka: kafkaSettings,
    name: topic,
    serviceVersion: '1',
    db: noteCommits(reader, committedAt),
    topics: [topic],
    handlers: [
      onRun(enrollmentCompleted, async (tx, events) => {
        handledIn.set(tx, [...(handledIn.get(tx) ?? []), ...events.map(({ id }) => id)])
        await tx.execute(sql`
          INSERT INTO effects
          SELECT * FROM unnest(${sql.param(events.map(({ id }) => id))}::text[],
            ${sql.param(events.map(({ payload }) => payload.enrollment_id))}::text[],
            ${sql.param(events.map(({ payload }) => payload.student_id))}::text[],
            ${sql.param(events.map(({ payload }) => payload.enrolled_at))}::timestamptz[])`)
      }),
    ],
    logger,
    onCommitted: () => undefined,
    onFatal: (error) => {
      throw error
    },
  })
  await waitFor(() => consumer.isInGroup())
  await atRate(rate, async (index) => {
    const { row, id } = buildRow(topic, index)
    const { channels, topics, keys, payloads, headers, logs } = toOutboxColumns([row])
    await writer.pool.query({
      name: 'write',
      text: `INSERT INTO outbox (channel, topic, key, payload, headers, log)
             SELECT channel, topic, key, payload, convert_to(headers, 'UTF8'), log::jsonb
             FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::text[])
                  AS row (channel, topic, key, payload, headers, log)`,
      values: [channels, topics, keys, payloads, headers, logs],
    })
    writtenAt.set(id, performance.now())
    relay.wake()
  })
  await waitFor(() => committedAt.size >= writtenAt.size, { timeoutMs: 60_000 })
  await consumer.close()
  await relay.close()
  return summarize([...writtenAt].map(([id, at]) => (committedAt.get(id) ?? Number.NaN) - at))
}

const handledIn = new WeakMap<object, string[]>()

/** The reader's database, whose commits are noted with the events they hold. */
function noteCommits({ db }: Store, committedAt: Map<string, number>): Store['db'] {
  const noted = Object.create(db) as Store['db']
  noted.transaction = async (run, config) => {
    let ids: string[] = []
    const result = await db.transaction(async (tx) => {
      const value = await run(tx)
      ids = handledIn.get(tx) ?? []
      return value
    }, config)
    for (const id of ids) committedAt.set(id, performance.now())
    return result
  }
  return noted
}

async function measureRaw(environment: Environment, rate: number): Promise<Measured> {
  const topic = await environment.createTopic()
  const sentAt = new Map<string, number>()
  const latencies: number[] = []
  const producer = environment.kafka.producer({ allowAutoTopicCreation: false })
  const consumer = environment.kafka.consumer({ groupId: topic, maxWaitTimeInMs: 200 })
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topic, fromBeginning: true })
  const joined = new Promise<void>((resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()))
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const now = performance.now()
      for (const { headers } of batch.messages) latencies.push(now - (sentAt.get(String(headers?.['ce_id'])) ?? now))
    },
  })
  await joined
  await atRate(rate, async (index) => {
    const [record] = buildRecords(topic, 1, index)
    if (!record) return
    const headers = Object.fromEntries(record.headers)
    sentAt.set(String(headers['ce_id']), performance.now())
    const value = Buffer.from(record.value)
    await producer.send({ topic, acks: -1, messages: [{ key: record.key, value, headers }] })
  })
  await waitFor(() => latencies.length >= sentAt.size, { timeoutMs: 60_000 })
  await Promise.all([producer.disconnect(), consumer.disconnect()])
  return summarize(latencies)
}

/** Calls `work` so many times a second, whether or not earlier calls have ended, and waits for all of them. */
async function atRate(rate: number, work: (index: number) => Promise<void>): Promise<void> {
  const running: Promise<void>[] = []
  const startedAt = performance.now()
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(((performance.now() - startedAt) / 1000) * rate, rate * SECONDS)
      while (running.length < due) running.push(work(running.length))
      if (running.length < rate * SECONDS) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await Promise.all(running)
}

/** Of the second half: the first one warms up what a service has warm. */
function summarize(latencies: number[]): Measured {
  const warm = latencies.slice(latencies.length >> 1)
  return { p50: percentile(warm, 0.5), p99: percentile(warm, 0.99) }
}
