import { CompressionTypes, Partitioners } from 'kafkajs'
import type { Headers, KafkaSource } from '../source.ts'
import { assertAcknowledged } from './acknowledgements.ts'
import type { Kafka } from './client.ts'
import { toKafkaHeaders } from './kafka-channel.ts'

/** Puts records back where they stood. */
export function createReplayProducer(kafka: Kafka) {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  return {
    connect: () => producer.connect(),
    disconnect: () => producer.disconnect(),
    /** To the partition it names, whoever chose that. Not with an old timestamp, by which the record might expire at once. */
    async send(
      record: Pick<KafkaSource, 'topic' | 'partition' | 'key' | 'value'> & { headers: Headers },
    ): Promise<void> {
      const { topic, partition, key, value, headers } = record
      const answers = await producer.send({
        topic,
        acks: -1,
        // The record may have fitted its topic only because it was compressed.
        compression: CompressionTypes.GZIP,
        messages: [{ key, value, partition, headers: toKafkaHeaders(headers) }],
      })
      assertAcknowledged(answers, [partition])
    },
  }
}
