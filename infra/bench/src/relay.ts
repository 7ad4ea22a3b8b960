import {
  appendToOutbox,
  type Channel,
  createKafkaChannel,
  decodeHeaders,
  type Kafka,
  startRelay,
} from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import type { Comparison, Measured } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import type { Environment, Store } from './environment.ts'
import { buildRows } from './events.ts'
import { openPublishedKafka } from './published-kafkajs.ts'

const ROWS = 60_000
const BATCH = 500

/** Measures how fast 60,000 waiting rows get to Kafka and leave the outbox. */
export async function createRelayComparisons(environment: Environment): Promise<Comparison[]> {
  const store = await environment.createStore()
  const published = openPublishedKafka(environment.brokers)
  const work = `relay: ${ROWS.toLocaleString('en')} waiting rows → Kafka`
  const floorWork = `raw kafkajs sendBatch of ${BATCH}, one at a time`
  const ours = () => relayAll(environment, store, ROWS)
  return [
    {
      work,
      floorWork: `${floorWork}, with our patch`,
      figures: { throughput: { unit: 'events/s', aim: { atLeast: 0.45 } } },
      ours,
      floor: () => sendAll(environment, environment.kafka, ROWS),
    },
    {
      work,
      floorWork: `${floorWork}, as published`,
      figures: { throughput: { unit: 'events/s', aim: { atLeast: 1 } } },
      ours,
      floor: () => sendAll(environment, published.kafka, ROWS),
      close: () => published.close(),
    },
  ]
}

export async function relayAll(environment: Environment, store: Store, count: number): Promise<Measured> {
  const topic = await environment.createTopic()
  const channel = createKafkaChannel(environment.kafkaSettings)
  const counted = countSent(channel)
  await fill(store, topic, count)
  await store.owner.query('VACUUM outbox')
  await store.owner.query('CHECKPOINT').catch(() => undefined)

  const relay = startRelay({ databaseUrl: store.databaseUrl, channel: counted.channel, logger: environment.logger })
  await waitFor(() => counted.startedAt() > 0, { intervalMs: 1 })
  const endCpu = watchCpu(environment.processes)
  const isEmpty = async () => {
    if (counted.sent() < count) return false
    const { rows } = await store.pool.query(`SELECT 1 FROM outbox WHERE channel = 'kafka' LIMIT 1`)
    return rows.length === 0
  }
  await waitFor(isEmpty, { intervalMs: 1, timeoutMs: 300_000 })
  const seconds = (performance.now() - counted.startedAt()) / 1000
  const cpu = endCpu(count)
  await relay.close()
  return { throughput: count / seconds, ...cpu }
}

/** Starts the clock with the first batch, because leadership and the first connection are part of the start. */
function countSent(channel: Channel) {
  let sent = 0
  let startedAt = 0
  return {
    sent: () => sent,
    startedAt: () => startedAt,
    channel: {
      ...channel,
      async send(rows) {
        if (startedAt === 0) startedAt = performance.now()
        const outcome = await channel.send(rows)
        sent += outcome.sent.length
        return outcome
      },
    } satisfies Channel,
  }
}

async function fill(store: Store, topic: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 5_000) {
    const rows = buildRows(topic, Math.min(5_000, count - from))
    await store.db.transaction((tx) => appendToOutbox(tx, rows))
  }
}

async function sendAll(environment: Environment, kafka: Kafka, count: number): Promise<Measured> {
  const topic = await environment.createTopic()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const batches: { key: Buffer | null; value: Buffer | null; headers: Record<string, Buffer | string> }[][] = []
  for (let from = 0; from < count; from += BATCH) {
    batches.push(
      buildRows(topic, BATCH).map(({ key, payload, headers }) => ({
        key,
        value: payload,
        headers: Object.fromEntries(decodeHeaders(headers)) as Record<string, Buffer | string>,
      })),
    )
  }
  const endCpu = watchCpu(environment.processes)
  const startedAt = performance.now()
  for (const messages of batches) await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] })
  const seconds = (performance.now() - startedAt) / 1000
  const cpu = endCpu(count)
  await producer.disconnect()
  return { throughput: count / seconds, ...cpu }
}
