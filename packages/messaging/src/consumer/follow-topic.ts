import { randomUUID } from 'node:crypto'
import { createWaiter, type Logger } from '@coursewire/service-kit'
import { backoffMs } from '../backoff.ts'
import { createAdminClient } from '../kafkajs/admin.ts'
import type { KafkaSettings } from '../kafkajs/client.ts'
import { type Assigned, joinGroup } from '../kafkajs/membership.ts'
import { findTopicState } from '../kafkajs/topic-state.ts'
import type { FetchedBatch, KafkaSource } from '../source.ts'
import { onAll, type ReceivedEvent, sortHandlers, toReceivedEvent } from './handlers.ts'
import { decodeRecord } from './record.ts'

const LOOK_MS = 5_000
const LEAVE_MS = 3_000

export interface FollowOptions {
  kafka: KafkaSettings
  /** The app's name. The group of each follower begins with it. */
  name: string
  topic: string
  logger: Logger
  /** Called with every event, whatever its type, in the order of its partition. */
  onEvent: (event: ReceivedEvent) => void
  /** Called when events may have been missed. Discard everything that was learnt from events. */
  onMissed: () => void
  /** Called when a bug has ended the client for good. End the process. */
  onFatal: (error: Error) => void
}

export interface Follower {
  /** Resolves when it follows for the first time, or is closed before that. */
  started: Promise<void>
  /** False while Kafka is lost, which it notices within a second. While this is false, a cache may be out of date. */
  isFollowing(): boolean
  close(): Promise<void>
}

/**
 * Follows a topic for this process alone, from the topic's end and without memory, for caches that each instance keeps for itself.
 * Starts in the background. It gets every event that is appended after it has started. After an outage it continues where it was.
 */
export function followTopic(options: FollowOptions): Follower {
  const { topic, name, logger } = options
  const groupId = `${name}.follower-${randomUUID()}`
  const handlers = sortHandlers([onAll(topic, () => Promise.resolve())])
  // Reads committed records, as the member does. The records of an open transaction are still to come.
  const admin = createAdminClient(options.kafka, { readUncommitted: false })
  const waiter = createWaiter()
  /** The next offset to read, by partition. */
  const positions = new Map<number, { life: string; next: number }>()
  let assigned: Assigned = {}
  let epoch = 0
  let isFollowing = false
  let hasStarted = false
  let isClosed = false
  let markStarted: () => void = () => undefined
  const started = new Promise<void>((resolve) => {
    markStarted = resolve
  })

  const member = joinGroup({
    kafka: options.kafka,
    groupId,
    topics: [topic],
    logger,
    isPatient: false,
    gathers: false,
    onAssigned(partitions) {
      assigned = partitions
      void begin()
    },
    onLost() {
      epoch += 1
      isFollowing = false
    },
    onBatch: take,
    onNothing(_, partition, _start, next) {
      const position = positions.get(partition)
      if (isFollowing && position) position.next = Math.max(position.next, next)
    },
    onOutOfRange: () => void begin(),
    onFatal: options.onFatal,
  })

  /** Continues each partition where it was left, or at its end if that is impossible. */
  async function begin(): Promise<void> {
    if (isClosed) return
    epoch += 1
    const own = epoch
    isFollowing = false
    member.pause(assigned)
    for (let failures = 0; epoch === own; failures += 1) {
      try {
        const { life, bounds } = await admin.use((client) => findTopicState(client, topic))
        if (epoch !== own) return
        let hasMissed = false
        for (const partition of assigned[topic] ?? []) {
          const { first = 0, end = 0 } = bounds.get(partition) ?? {}
          const left = positions.get(partition)
          const canGoOn = left !== undefined && isIn(left, life, first, end)
          if (!canGoOn) positions.set(partition, { life, next: end })
          hasMissed ||= !canGoOn
          member.seek(topic, partition, canGoOn ? left.next : end)
        }
        member.resume(assigned)
        isFollowing = true
        // Comes after the end is known, so that what a cache reads from now on is never older than the next event.
        if (hasMissed && hasStarted) miss('The topic cannot be continued where it was left')
        hasStarted = true
        return markStarted()
      } catch (error) {
        logger.debug({ err: error, topic }, 'Not following yet')
        await waiter.wait(backoffMs(failures, 100, 5_000))
      }
    }
  }

  function take(batch: FetchedBatch): boolean {
    const position = positions.get(batch.partition)
    if (!isFollowing || !position) return false
    if (batch.start !== position.next) {
      member.seek(topic, batch.partition, position.next)
      return false
    }
    for (const record of batch.read({ life: position.life, mustCopy: true })) tell(record)
    position.next = batch.next
    return true
  }

  function tell(record: KafkaSource): void {
    const decoded = decodeRecord(record, handlers, name)
    const { envelope, refusal } = 'received' in decoded ? decoded.received : { envelope: null, refusal: null }
    if (!envelope) return miss(`A record cannot be read: ${refusal?.code}`)
    try {
      options.onEvent(toReceivedEvent(record, envelope))
    } catch (error) {
      logger.error({ err: error, topic, eventId: envelope.id }, 'Followed event not handled')
      options.onMissed()
    }
  }

  function miss(reason: string): void {
    logger.warn({ topic, reason }, 'Events may have been missed')
    options.onMissed()
  }

  /** Nothing else would notice a topic that was deleted and created again, or a partition that has lost its newest records. */
  async function lookAround(): Promise<void> {
    if (!isFollowing) return
    const own = epoch
    const { life, bounds } = await admin.use((client) => findTopicState(client, topic))
    const isSame = ([partition, position]: [number, { life: string; next: number }]) =>
      isIn(position, life, 0, bounds.get(partition)?.end ?? 0)
    if (epoch === own && ![...positions].every(isSame)) await begin()
  }
  const lookTimer = setInterval(() => {
    lookAround().catch((error: unknown) => logger.debug({ err: error, topic }, 'Topic not looked at'))
  }, LOOK_MS)

  return {
    started,
    isFollowing: () => isFollowing && member.isHearing(),
    async close() {
      isClosed = true
      clearInterval(lookTimer)
      epoch += 1
      isFollowing = false
      markStarted()
      waiter.wake()
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, LEAVE_MS).unref())
      const leave = async () => {
        await member.leave()
        await admin.use((client) => client.deleteGroups([groupId])).catch(() => undefined)
        await admin.close()
      }
      await Promise.race([leave(), deadline])
    },
  }
}

const isIn = (position: { life: string; next: number }, life: string, first: number, end: number) =>
  position.life === life && position.next >= first && position.next <= end
