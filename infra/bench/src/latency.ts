import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createKafkaChannel, type OutboxRow, startRelay, toOutboxColumns } from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import type { QueryConfig } from 'pg'
import { type Comparison, type Measured, percentile } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import { effectTable } from './effects.ts'
import type { Environment, Store } from './environment.ts'
import { buildRecords, buildRow } from './events.ts'

const SECONDS = 10
const PATIENCE_MS = 60_000

/** Tells the reading process what to read, and how. */
export interface Reading {
  kind: 'ours' | 'raw'
  topic: string
  brokers: string[]
  databaseUrl: string
}

/** When an event's effect was committed, in milliseconds since 1970, to the microsecond. */
export interface Crossing {
  id: string
  at: number
}

/** Measures from the commit that writes an event to the commit of its effect in another service's process and database. */
export async function createLatencyComparisons(environment: Environment): Promise<Comparison[]> {
  const [writer, reader] = await Promise.all([environment.createStore(), environment.createStore(effectTable)])
  return [100, 1_000].map((rate) => ({
    work: `written → effect committed in the other service, ${rate.toLocaleString('en')}/s`,
    floorWork: 'raw kafkajs produce → eachBatch in another process',
    figures: {
      // At a thousand a second both cores are nearly full, so the ratio only says how idle those of the floor are.
      p50: { unit: 'ms', aim: rate === 100 ? { atMost: 3.5 } : null },
      p99: { unit: 'ms', aim: rate === 100 ? { atMost: 3 } : null },
    },
    isWarm: rate !== 100,
    ours: () => measureEffects(environment, writer, reader, rate),
    floor: () => measureRaw(environment, reader, rate),
  }))
}

async function measureEffects(environment: Environment, writer: Store, reader: Store, rate: number): Promise<Measured> {
  const topic = await environment.createTopic()
  await reader.owner.query('TRUNCATE effects, event_dedup')
  await Promise.all([writer.owner.query('VACUUM outbox'), reader.owner.query('VACUUM effects, event_dedup')])
  const { brokers, kafkaSettings, logger } = environment
  const reading = await startReading({ kind: 'ours', topic, brokers, databaseUrl: reader.databaseUrl })
  const endCpu = watchCpu({ ...environment.processes, app: [process.pid, reading.pid] })
  const relay = startRelay({ databaseUrl: writer.databaseUrl, channel: createKafkaChannel(kafkaSettings), logger })
  const writtenAt = new Map<string, number>()
  await atRate(rate, async (index) => {
    const { row, id } = buildRow(topic, index)
    await writer.pool.query(buildInsert([row]))
    writtenAt.set(id, performance.timeOrigin + performance.now())
    relay.wake()
  })
  const crossings = await reading.end(writtenAt.size)
  const cpu = endCpu(writtenAt.size)
  await relay.close()
  return { ...summarize(writtenAt, crossings), ...cpu }
}

/** Builds the statement that writes rows to our outbox. */
export function buildInsert(rows: OutboxRow[]): QueryConfig {
  return {
    name: 'write',
    text: `INSERT INTO outbox (channel, topic, key, payload, headers, log)
           SELECT channel, topic, key, payload, convert_to(headers, 'UTF8'), log::jsonb
           FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::text[])
                AS row (channel, topic, key, payload, headers, log)`,
    values: Object.values(toOutboxColumns(rows)),
  }
}

async function measureRaw(environment: Environment, reader: Store, rate: number): Promise<Measured> {
  const topic = await environment.createTopic()
  const { brokers } = environment
  const reading = await startReading({ kind: 'raw', topic, brokers, databaseUrl: reader.databaseUrl })
  const endCpu = watchCpu({ ...environment.processes, app: [process.pid, reading.pid] })
  const sentAt = new Map<string, number>()
  const producer = environment.kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await atRate(rate, async (index) => {
    const [record] = buildRecords(topic, 1, index)
    if (!record) return
    const headers = Object.fromEntries(record.headers)
    sentAt.set(String(headers['ce_id']), performance.timeOrigin + performance.now())
    const value = Buffer.from(record.value)
    await producer.send({ topic, acks: -1, messages: [{ key: record.key, value, headers }] })
  })
  const crossings = await reading.end(sentAt.size)
  const cpu = endCpu(sentAt.size)
  await producer.disconnect()
  return { ...summarize(sentAt, crossings), ...cpu }
}

/** Starts a process that reads a topic. */
export async function startReading(reading: Reading) {
  const file = fileURLToPath(new URL('../dist/latency-reader.js', import.meta.url))
  const child = fork(file, [JSON.stringify(reading)], { serialization: 'advanced' })
  const died = once(child, 'exit').then(() => Promise.reject(new Error('The reading process ended')))
  died.catch(() => undefined)
  await Promise.race([once(child, 'message'), died])
  return {
    pid: child.pid,
    /** Waits for `count` events, or in vain, and ends the process. */
    async end(count: number): Promise<Crossing[]> {
      let crossings: Crossing[] = []
      const readAll = async () => {
        child.send('report')
        crossings = ((await Promise.race([once(child, 'message'), died])) as [Crossing[]])[0]
        return crossings.length >= count
      }
      try {
        await waitFor(readAll, { timeoutMs: PATIENCE_MS })
      } catch {
        throw new Error(`${crossings.length} of ${count} events came through in ${PATIENCE_MS / 1000} s`)
      } finally {
        child.kill()
      }
      return crossings
    },
  }
}

/** Calls `work` at a fixed rate, whether or not earlier calls have ended, and waits for all calls. */
export async function atRate(rate: number, work: (index: number) => Promise<void>): Promise<void> {
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

/** Uses only the second half; the first half is the warm-up. */
export function summarize(writtenAt: Map<string, number>, crossings: Crossing[]) {
  const throughAt = new Map(crossings.map(({ id, at }) => [id, at]))
  const latencies = [...writtenAt].map(([id, at]) => (throughAt.get(id) ?? Number.NaN) - at)
  const warm = latencies.slice(latencies.length >> 1)
  return { p50: percentile(warm, 0.5), p99: percentile(warm, 0.99) }
}
