import { randomUUID } from 'node:crypto'
import { type Kafka, type Message, Partitioners } from 'kafkajs'
import type { KafkaSource } from '../source.ts'
import { assertAcknowledged } from './acknowledgements.ts'
import { membership } from './client.ts'
import { toSource } from './source.ts'

/** Reads a topic from its beginning, to observe it: every record, in order per partition, until it is closed. */
export async function watchTopic(
  kafka: Kafka,
  topic: string,
  onRecord: (record: KafkaSource) => void,
): Promise<{ close(): Promise<void> }> {
  const groupId = `watch-${randomUUID()}`
  const consumer = kafka.consumer({ ...membership, groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => onRecord(toSource({ topic, partition }, message)),
  })
  return { close: () => consumer.disconnect() }
}

/** The position of a record. */
export interface Place {
  topic: string
  partition: number
  offset: number
}

/** A record as anybody may send it, whether or not it is an event. */
export interface OutsideRecord {
  topic: string
  key: string | Buffer | null
  value: Uint8Array | null
  headers: readonly (readonly [name: string, value: string])[]
}

const MAX_RECORDS = 500
const MAX_BYTES = 900_000

/**
 * Sends records in order and without an outbox, as an external system would. For tools that play such a system, never for a service.
 * Resolves to the position of each record. Calls `onProgress` with the number of acknowledged records. Throws at the first refusal.
 */
export async function publishRecords(
  kafka: Kafka,
  records: OutsideRecord[],
  onProgress: (count: number) => void = () => {},
): Promise<Place[]> {
  const choose = Partitioners.DefaultPartitioner()
  const partitions = new Map<Message, number>()
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    // kafkajs answers with the first offset of each partition, but not with the partition of each record.
    createPartitioner: () => (choice) => {
      const partition = choose(choice)
      partitions.set(choice.message, partition)
      return partition
    },
    retry: { retries: 8 },
  })
  await producer.connect()
  try {
    const places: Place[] = []
    for (const { topic, messages } of toRequests(records)) {
      const answers = await producer.send({ topic, acks: -1, messages })
      assertAcknowledged(answers, partitions.values())
      const next = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]))
      for (const message of messages) {
        const partition = partitions.get(message) ?? 0
        const offset = next.get(partition) ?? 0
        next.set(partition, offset + 1)
        places.push({ topic, partition, offset })
      }
      partitions.clear()
      onProgress(places.length)
    }
    return places
  } finally {
    await producer.disconnect()
  }
}

const toMessage = ({ key, value, headers }: OutsideRecord): Message => ({
  key,
  value: value && Buffer.from(value),
  headers: Object.fromEntries(headers),
})

/** Groups consecutive records of one topic up to a size, because kafkajs makes one batch per partition of what it gets. */
function* toRequests(records: OutsideRecord[]): Generator<{ topic: string; messages: Message[] }> {
  let request: { topic: string; messages: Message[] } | null = null
  let bytes = 0
  for (const record of records) {
    const { topic } = record
    const size = record.value?.byteLength ?? 0
    const isFull = request?.messages.length === MAX_RECORDS || bytes + size > MAX_BYTES
    if (request && (isFull || request.topic !== topic)) {
      yield request
      request = null
      bytes = 0
    }
    request ??= { topic, messages: [] }
    request.messages.push(toMessage(record))
    bytes += size
  }
  if (request) yield request
}
