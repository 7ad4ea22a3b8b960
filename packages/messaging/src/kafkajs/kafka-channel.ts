import { CompressionTypes, type IHeaders, type Message, type Producer } from 'kafkajs'
import { isDeadLetterTopic } from '../dead-letters/dead-letter.ts'
import * as metrics from '../metrics.ts'
import { decodeHeaders } from '../outbox/outbox.ts'
import type { Channel, SendOutcome, StoredRow } from '../relay/channel.ts'
import { createSetAside, MANY_REFUSED } from '../relay/set-aside.ts'
import { assertAcknowledged } from './acknowledgements.ts'
import { createKafka, type KafkaSettings } from './client.ts'
import { partitionByKey } from './partitioner.ts'

// Limited, because a send that hangs forever would outlive every shutdown, and nobody would notice that Kafka is down.
const boundedRetry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 }

/** The cause of a refused send: the record, its topic, or neither (the cluster, the network, ourselves). */
export type SendFault = 'record' | 'topic' | 'cluster'

const recordFaults = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'])
const topicFaults = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  // Errors that every record would get: a topic with producer timestamps while our clock is wrong, a policy, a format, a lost disk.
  'INVALID_TIMESTAMP',
  'POLICY_VIOLATION',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'KAFKA_STORAGE_ERROR',
])
class EveryRecordRefusedError extends Error {}

export function findSendFault(error: unknown): SendFault {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof EveryRecordRefusedError) return 'topic'
    const type = 'type' in cause ? String(cause.type) : ''
    if (recordFaults.has(type)) return 'record'
    if (topicFaults.has(type) || cause.name === 'KafkaJSTopicMetadataNotLoaded') return 'topic'
  }
  return 'cluster'
}

/** A list keeps the order, and headers without a value. kafkajs' types do not have it. */
export const toKafkaHeaders = (list: ReturnType<typeof decodeHeaders>): IHeaders =>
  list.map(([key, value]) => ({ key, value })) as unknown as IHeaders

const toMessage = ({ key, payload, headers }: StoredRow): Message => ({
  key,
  value: payload,
  headers: toKafkaHeaders(decodeHeaders(headers)),
})

/**
 * Sends rows to Kafka, one awaited batch per topic at a time, because concurrent sends to a partition would arrive in any order. A refused
 * batch is sent again with the same rows by a new producer, because an idempotent producer may not continue after an error.
 */
export function createKafkaChannel(settings: KafkaSettings): Channel {
  const kafka = createKafka(settings, { retry: boundedRetry })
  const setAside = createSetAside(settings.logger)
  const choosePartition = partitionByKey()
  /** The partition of each message that is being sent, for when kafkajs asks again. */
  const chosen = new Map<Message, number>()
  let producer: Promise<Producer> | null = null
  metrics.producerRecreated.add(0)

  async function openProducer(): Promise<Producer> {
    const opened = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => {
        const partition = chosen.get(args.message) ?? choosePartition(args)
        chosen.set(args.message, partition)
        return partition
      },
      retry: boundedRetry,
    })
    try {
      await opened.connect()
    } catch (error) {
      await opened.disconnect().catch(() => undefined)
      throw error
    }
    return opened
  }

  async function closeProducer(): Promise<void> {
    const closing = producer
    producer = null
    await closing?.then((open) => open.disconnect()).catch(() => undefined)
  }

  /** A refused batch may have been written anyway. If the old sequence numbers started again with other rows, they would be out of order. */
  async function replaceProducer(): Promise<void> {
    metrics.producerRecreated.add(1)
    await closeProducer()
  }

  /** Sends the rows of one topic in order. Throws at the first failure that is not a record's own. */
  async function sendInOrder(
    topic: string,
    rows: StoredRow[],
    outcome: Pick<SendOutcome, 'sent' | 'parked'>,
  ): Promise<void> {
    try {
      producer ??= openProducer()
      const open = await producer
      chosen.clear()
      const answers = await open.sendBatch({
        acks: -1,
        // The record of a dead letter may have fitted its topic only because it was compressed.
        compression: isDeadLetterTopic(topic) ? CompressionTypes.GZIP : CompressionTypes.None,
        topicMessages: [{ topic, messages: rows.map(toMessage) }],
      })
      assertAcknowledged(answers, chosen.values())
      outcome.sent.push(...rows)
    } catch (error) {
      if (findSendFault(error) !== 'record') throw error
      await replaceProducer()
      const [row] = rows
      if (rows.length === 1 && row) {
        outcome.parked.push({ row, reason: error instanceof Error ? error.message : String(error) })
        if (outcome.sent.length > 0 || outcome.parked.length < MANY_REFUSED) return
        outcome.parked = []
        throw new EveryRecordRefusedError('Every record is refused', { cause: error })
      }
      // kafkajs makes one record batch per partition, which may be too large although each record is legal.
      const half = Math.ceil(rows.length / 2)
      await sendInOrder(topic, rows.slice(0, half), outcome)
      await sendInOrder(topic, rows.slice(half), outcome)
    }
  }

  return {
    name: 'kafka',
    batch: { rows: 500, bytes: 900_000 },
    gatherMs: 0,

    async send(rows) {
      const outcome: SendOutcome = { sent: [], parked: [], failed: [], isDown: false }
      for (const [topic, ofTopic] of groupByTopic(rows)) {
        const own: Pick<SendOutcome, 'sent' | 'parked'> = { sent: [], parked: [] }
        try {
          await sendInOrder(topic, ofTopic, own)
          setAside.release(topic)
        } catch (error) {
          const taken = new Set([...own.sent, ...own.parked.map(({ row }) => row)])
          outcome.failed.push(...ofTopic.filter((row) => !taken.has(row)).map((row) => ({ row, error })))
          await replaceProducer()
          if (findSendFault(error) === 'topic') setAside.put(topic, error)
          else outcome.isDown = true
        }
        outcome.sent.push(...own.sent)
        outcome.parked.push(...own.parked)
        if (outcome.isDown) break
      }
      return outcome
    },

    topicsSetAside: () => setAside.list(),
    close: closeProducer,
  }
}

function groupByTopic(rows: StoredRow[]): Map<string, StoredRow[]> {
  const groups = new Map<string, StoredRow[]>()
  for (const row of rows) {
    const group = groups.get(row.topic)
    if (group) group.push(row)
    else groups.set(row.topic, [row])
  }
  return groups
}
