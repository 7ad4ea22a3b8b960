export { toBinaryArray } from './binary-array.ts'
export { type Consumer, type ConsumerOptions, startConsumer } from './consumer/consumer.ts'
export { type Follower, followTopic } from './consumer/follow-topic.ts'
export {
  type Handler,
  on,
  onAll,
  onRecords,
  onRun,
  type ReceivedEvent,
  type ReceivedRecord,
  type TopicHandler,
} from './consumer/handlers.ts'
export { decodeRecord } from './consumer/record.ts'
export type { DeadLetter, DeadLetterSummary } from './dead-letters/dead-letter.ts'
export {
  type DeadLetterConnection,
  type DeadLetterFilter,
  findDeadLetters,
  listDeadLetters,
  selectDeadLetters,
  withDeadLetters,
} from './dead-letters/dead-letters.ts'
export { planReplay, type RefusedReplay, replayDeadLetters } from './dead-letters/replay.ts'
export { createAcls } from './kafkajs/acls.ts'
export {
  createKafka,
  createTopics,
  type Kafka,
  type KafkaSettings,
  type TopicSpecification,
  toKafkaSettings,
} from './kafkajs/client.ts'
export { createKafkaChannel } from './kafkajs/kafka-channel.ts'
export { type OutsideRecord, type Place, publishRecords, watchTopic } from './kafkajs/topic-tools.ts'
export { messagingMigrations } from './migrations.ts'
export { type Messaging, openMessaging } from './open-messaging.ts'
export {
  COUNT_LIMIT,
  listParked,
  type OutboxStatus,
  type ParkedRow,
  readOutboxStatus,
  readWaitingSeconds,
  requeueParked,
} from './outbox/operations.ts'
export {
  appendToOutbox,
  decodeHeaders,
  encodeHeaders,
  type OutboxRow,
  toKafkaRow,
  toOutboxColumns,
  toSnsRow,
} from './outbox/outbox.ts'
export { type Rebuilt, rebuildTables } from './rebuild/rebuild.ts'
export type { Channel } from './relay/channel.ts'
export type { LogLines } from './relay/log-lines.ts'
export { startRelay } from './relay/relay.ts'
export { createSnsChannel } from './relay/sns-channel.ts'
export { type KafkaSource, toMoment } from './source.ts'
export { traceparentOf } from './traces.ts'
