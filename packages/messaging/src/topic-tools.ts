import { randomUUID } from 'node:crypto'
import type { KafkaRecord } from '@coursewire/events'
import { type Kafka, Partitioners } from 'kafkajs'
import { toSource } from './partition.ts'
import type { KafkaSource } from './record.ts'

/** Reads a topic from its beginning, for eyes rather than effects: every record, in the order of its partition, until closed. */
export async function watchTopic(
  kafka: Kafka,
  topic: string,
  onRecord: (record: KafkaSource) => void,
): Promise<{ close(): Promise<void> }> {
  const groupId = `watch-${randomUUID()}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => onRecord(toSource(topic, partition, message)),
  })
  return { close: () => consumer.disconnect() }
}

/** Sends records as somebody outside would, without an outbox: for tools that play such a somebody, never for a service. */
export async function publishRecords(kafka: Kafka, records: KafkaRecord[]): Promise<void> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 8 },
  })
  await producer.connect()
  try {
    for (const { topic, key, value, headers } of records) {
      const message = { key, value: Buffer.from(value), headers: Object.fromEntries(headers) }
      await producer.send({ topic, acks: -1, messages: [message] })
    }
  } finally {
    await producer.disconnect()
  }
}
