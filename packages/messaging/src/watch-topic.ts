import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
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
