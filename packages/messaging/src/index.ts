export { type Handler, on, onRun } from './apply-batch.ts'
export type { Channel } from './channel.ts'
export { type Consumer, type ConsumerOptions, startConsumer } from './consumer.ts'
export {
  createKafka,
  createTopics,
  type Kafka,
  type KafkaSettings,
  type TopicSpecification,
  toKafkaSettings,
} from './kafka.ts'
export { createKafkaChannel } from './kafka-channel.ts'
export { messagingMigrations } from './migrations.ts'
export {
  appendToOutbox,
  decodeHeaders,
  type OutboxLog,
  type OutboxRow,
  toKafkaRow,
  toOutboxColumns,
  toSnsRow,
} from './outbox.ts'
export type { KafkaSource } from './record.ts'
export { type Relay, startRelay } from './relay.ts'
export { createSnsChannel } from './sns-channel.ts'
export { publishRecords, watchTopic } from './topic-tools.ts'
