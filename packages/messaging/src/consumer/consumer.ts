import type { Database, Logger } from '@coursewire/service-kit'
import { createAdminClient } from '../kafkajs/admin.ts'
import type { KafkaSettings } from '../kafkajs/client.ts'
import { joinGroup } from '../kafkajs/membership.ts'
import * as metrics from '../metrics.ts'
import { failureClasses } from './classify.ts'
import { createFlow } from './flow.ts'
import { type Handler, sortHandlers, type TopicHandler } from './handlers.ts'
import { startPurging } from './purge.ts'
import { alarms } from './start.ts'

const COMMIT_MS = 200
const MEASURE_MS = 1_000
const DRAIN_MS = 3_000
/** How often we ask the brokers whether a topic has been replaced. */
const LOOK_MS = 5_000

export interface ConsumerOptions {
  kafka: KafkaSettings
  /** The app's name. It is the consumer group, the name in the dedup table and the prefix of the dead-letter topic. */
  name: string
  serviceVersion: string
  db: Database
  /** The handlers, whose topics it consumes. */
  handlers: readonly (Handler | TopicHandler)[]
  /** Whether events may wait, for a second at most, for others to share their transaction. For effects that nobody waits for. */
  gathers?: boolean
  logger: Logger
  /** Called after each commit. `hasRows` says whether handlers or dead letters have added rows to the outbox, so that the relay has work. */
  onCommitted: (commit: { hasRows: boolean }) => void
  /** Called when a bug has ended kafkajs for good. End the process, because nothing here would restart it. */
  onFatal: (error: Error) => void
  /** The clock for durations. */
  monotonicMs?: () => number
}

export interface Consumer {
  isAlive(): boolean
  /** Whether this member has joined its group and still belongs to it. */
  isInGroup(): boolean
  /** Finishes the running batches, commits and leaves the group. Records that had not started are delivered again. */
  close(): Promise<void>
}

/**
 * Consumes topics. Each event has its effect exactly once in `db`, however often it is delivered. A record that cannot be handled becomes
 * a dead letter in the outbox. An offset is committed only after all offsets before it are settled in the database. Starts in the
 * background and waits for brokers that are not up yet. Throws if two handlers are for the same.
 */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { db, logger, name } = options
  const handlers = sortHandlers(options.handlers)
  const topics = [...new Set(options.handlers.map(({ topic }) => topic))]
  let isClosing = false
  let looking: Promise<void> | null = null
  metrics.beginConsumerAtZero({ topics, failures: failureClasses, resets: alarms })

  const admin = createAdminClient(options.kafka)
  const member = joinGroup({
    kafka: options.kafka,
    groupId: name,
    topics,
    logger,
    isPatient: true,
    gathers: options.gathers ?? false,
    onAssigned(assigned) {
      if (!member.isInGroup()) logger.info({ topics }, 'Started consuming events')
      flow.assign(assigned)
    },
    onLost: () => flow.leave(),
    onBatch: (batch) => flow.take(batch),
    onNothing: (topic, partition, start, next) => flow.stepOver(topic, partition, start, next),
    onOutOfRange: (topic, partition) => flow.markOutOfRange(topic, partition),
    onFatal(error) {
      if (!isClosing) options.onFatal(error)
    },
  })
  const flow = createFlow({
    db,
    logger,
    consumer: name,
    serviceVersion: options.serviceVersion,
    handlers,
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
    onCommitted: options.onCommitted,
    member,
    admin,
  })

  const commitTimer = setInterval(() => flow.commit(), COMMIT_MS)
  const measureTimer = setInterval(() => {
    metrics.inGroup.record(member.isInGroup() ? 1 : 0)
    flow.measure()
  }, MEASURE_MS)
  const lookTimer = setInterval(() => {
    looking ??= flow
      .lookAround()
      .catch((error: unknown) => logger.debug({ err: error }, 'Topics and positions not looked at'))
      .finally(() => {
        looking = null
      })
  }, LOOK_MS)
  const stopPurging = startPurging(db, name, logger)

  return {
    isAlive: member.isAlive,
    isInGroup: member.isInGroup,
    async close() {
      isClosing = true
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, DRAIN_MS).unref())
      await Promise.race([flow.stop(), deadline])
      clearInterval(commitTimer)
      clearInterval(measureTimer)
      clearInterval(lookTimer)
      stopPurging()
      // Must come before the member leaves, because after that a commit silently does nothing.
      await Promise.race([flow.commitLast(), deadline])
      await Promise.race([Promise.all([member.leave(), admin.close()]), deadline])
    },
  }
}
