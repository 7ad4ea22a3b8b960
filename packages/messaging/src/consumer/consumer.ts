import type { Database, Logger } from '@coursewire/service-kit'
import { createAdminClient } from '../kafkajs/admin.ts'
import type { KafkaSettings } from '../kafkajs/client.ts'
import { joinGroup } from '../kafkajs/membership.ts'
import * as metrics from '../metrics.ts'
import { createFlow } from './flow.ts'
import { type Handler, sortHandlers, type TopicHandler } from './handlers.ts'
import { startPurging } from './purge.ts'

const COMMIT_MS = 200
const DRAIN_MS = 3_000
/** How often the brokers are asked whether a topic is still the same one. */
const LOOK_MS = 5_000

export interface ConsumerOptions {
  kafka: KafkaSettings
  /** Consumer group, name in the dedup table and stem of the dead-letter topic: the app's name. */
  name: string
  serviceVersion: string
  db: Database
  /** It consumes their topics. */
  handlers: readonly (Handler | TopicHandler)[]
  logger: Logger
  /** Called after each commit, as handlers and dead letters fill the outbox: wake the relay. */
  onCommitted: () => void
  /** Called when a fault of the program has ended kafkajs for good: end the process, as nothing here would start it again. */
  onFatal: (error: Error) => void
  /** The clock of durations. */
  monotonicMs?: () => number
}

export interface Consumer {
  isAlive(): boolean
  /** True once this member has joined its group, and as long as it belongs to it. */
  isInGroup(): boolean
  /** Finishes what is in hand, commits and leaves the group. What had not started comes again. */
  close(): Promise<void>
}

/**
 * Consumes topics: each event has its effect exactly once in `db`, however often it is delivered; what cannot be handled
 * becomes a dead letter in the outbox; an offset is committed only after all before it are settled in the database. Starts in
 * the background and waits for brokers that are not there yet.
 */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { db, logger, name, handlers } = options
  const topics = [...new Set(handlers.map(({ topic }) => topic))]
  let isClosing = false
  let looking: Promise<void> | null = null

  const admin = createAdminClient(options.kafka)
  const member = joinGroup({
    kafka: options.kafka,
    groupId: name,
    topics,
    logger,
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
    handlers: sortHandlers(handlers),
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
    onCommitted: options.onCommitted,
    member,
    admin,
  })

  const commitTimer = setInterval(() => {
    metrics.inGroup.record(member.isInGroup() ? 1 : 0)
    flow.measure()
    flow.commit()
  }, COMMIT_MS)
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
      clearInterval(lookTimer)
      stopPurging()
      // Before the member leaves: after that a commit silently does nothing.
      await Promise.race([flow.commitLast(), deadline])
      await Promise.race([Promise.all([member.leave(), admin.close()]), deadline])
    },
  }
}
