export { type Handler, on, onRun } from './apply-batch.ts'
export { toBinaryArray } from './binary-array.ts'
export type { Channel } from './channel.ts'
export { type Consumer, type ConsumerOptions, startConsumer } from './consumer.ts'
export type { DeadLetter, DeadLetterSummary } from './dead-letter.ts'
export {
  type DeadLetterConnection,
  type DeadLetterFilter,
  findDeadLetters,
  listDeadLetters,
  selectDeadLetters,
  withDeadLetters,
} from './dead-letters.ts'
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
export {
  COUNT_LIMIT,
  listParked,
  type OutboxStatus,
  type ParkedRow,
  readOutboxStatus,
  requeueParked,
} from './outbox-operations.ts'
export type { KafkaSource } from './record.ts'
export { type Relay, startRelay } from './relay.ts'
export { planReplay, type RefusedReplay, replayDeadLetters } from './replay.ts'
export { createSnsChannel } from './sns-channel.ts'
export { type OutsideRecord, type Place, publishRecords, watchTopic } from './topic-tools.ts'
