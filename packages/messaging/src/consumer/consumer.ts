import { assertWritable, createOutageLog, type Database, type Logger } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import type { Batch, ConsumerGroupJoinEvent, Consumer as KafkaConsumer } from 'kafkajs'
import { backoffMs, createWaiter } from '../backoff.ts'
import { createAdminClient } from '../kafkajs/admin.ts'
import { createKafka, endlessRetry, type KafkaSettings, membership } from '../kafkajs/client.ts'
import { findTopicState } from '../kafkajs/topic-state.ts'
import * as metrics from '../metrics.ts'
import type { Handler } from './apply-batch.ts'
import { createAssignment } from './assignment.ts'
import { createCircuit } from './circuit.ts'
import { createPartition, type Partition, type PartitionContext } from './partition.ts'
import { type Assigned, createPositioning } from './positioning.ts'
import type { Move } from './positions.ts'
import { startPurging } from './purge.ts'

const COMMIT_MS = 200
const LIVENESS_MS = 30_000
const DRAIN_MS = 3_000
/** How often the brokers are asked for new partitions, and whether a topic is still the same one. */
const LOOK_MS = 5_000
/** The alarm is raised when a partition has not moved for so long. */
const STANDSTILL_MS = 60_000
/** Longer than a join takes. Who hears nothing of the coordinator for so long has been forgotten by it, or it is gone. */
const MAX_SILENCE_MS = 20_000

export interface ConsumerOptions {
  kafka: KafkaSettings
  /** Consumer group, name in the dedup table and stem of the dead-letter topic: the app's name. */
  name: string
  serviceVersion: string
  db: Database
  topics: string[]
  handlers: Handler[]
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
  const { logger, name, topics, db } = options
  const startWaiter = createWaiter()
  let lastBeatAt = performance.now()
  let heardOfCoordinatorAt = 0
  let isInGroup = false
  /** Begun anew since the last one that succeeded. */
  let joins = 0
  let isClosing = false
  let committing: Promise<void> | null = null
  let looking: Promise<void> | null = null
  let assigned: Assigned = {}
  const joining = createOutageLog(logger, { failing: 'Joining the group anew', works: 'Joined the group again' })
  const beat = () => {
    lastBeatAt = performance.now()
  }

  const kafka = createKafka(options.kafka, {
    onLog({ message, topic, partition }) {
      beat()
      // Of what it does then kafkajs tells its log alone; to begin at the oldest record is the only thing it can do.
      if (message.startsWith('Offset out of range, resetting')) assignment.markOutOfRange(topic, partition)
    },
  })
  let consumer = createGroupMember()

  const circuit = createCircuit({
    async probe() {
      await assertWritable(db)
      await db.execute(sql`SELECT 1 FROM event_dedup LIMIT 1`)
    },
    onChange: syncPauses,
    logger,
  })
  const context: PartitionContext = {
    db,
    circuit,
    logger,
    consumer: name,
    serviceVersion: options.serviceVersion,
    handlers: new Map(options.handlers.map((handler) => [handler.definition.type, handler])),
    definitions: new Map(options.handlers.map(({ definition }) => [definition.type, definition])),
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
    onCommitted: options.onCommitted,
    onProgress: syncPauses,
  }
  const assignment = createAssignment({
    create: (beginning) => createPartition(context, beginning),
    seek: (topic, partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    onLost: (topic, partition, expected, found) => {
      metrics.offsetResets.add(1, { topic, reason: 'records-deleted' })
      logger.error({ topic, partition, reason: 'records-deleted', expected, found }, 'Offsets lost')
    },
    onTruncated: beginEpoch,
  })
  const admin = createAdminClient(options.kafka)
  const positioning = createPositioning({
    db,
    consumer: name,
    admin,
    circuit,
    logger,
    onFound(beginnings) {
      assignment.begin(beginnings)
      syncPauses()
    },
  })

  function createGroupMember(): KafkaConsumer {
    const member = kafka.consumer({
      groupId: name,
      ...membership,
      maxWaitTimeInMs: 200,
      maxBytesPerPartition: 4 * 1024 * 1024,
      metadataMaxAge: LOOK_MS,
      retry: endlessRetry,
    })
    const { GROUP_JOIN, CRASH, FETCH_START, HEARTBEAT, END_BATCH_PROCESS } = member.events
    const isCurrent = () => member === consumer
    member.on(FETCH_START, beat)
    member.on(HEARTBEAT, () => {
      beat()
      if (isCurrent()) heardOfCoordinatorAt = performance.now()
    })
    member.on(GROUP_JOIN, (event) => {
      if (isCurrent()) takeAssignment(event)
    })
    member.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
      if (isCurrent() && Number(batchSize) === 0) stepOver(topic, partition, firstOffset, lastOffset)
    })
    member.on(CRASH, ({ payload: { error, restart } }) => {
      if (!isCurrent()) return
      leaveEpoch()
      if (restart || isClosing) return
      if (isOfKafka(error)) joinAnew(error)
      else options.onFatal(error)
    })
    return member
  }

  function takeAssignment({ payload: { memberAssignment } }: ConsumerGroupJoinEvent): void {
    beat()
    heardOfCoordinatorAt = performance.now()
    assigned = memberAssignment
    beginEpoch()
    metrics.rebalances.add(1)
    joining.worked()
    if (!isInGroup) logger.info({ topics }, 'Started consuming events')
    isInGroup = true
    joins = 0
  }

  /** Reads nothing until it is known where to begin. All that is left of the epoch before is how far it came. */
  function beginEpoch(): void {
    const held = [...assignment.partitions()].map(toMove)
    assignment.end()
    if (isClosing) return
    consumer.pause(Object.entries(assigned).map(([topic, partitions]) => ({ topic, partitions })))
    void positioning.begin(assigned, held)
  }

  function leaveEpoch(): void {
    isInGroup = false
    positioning.end()
    assignment.end()
  }

  function stepOver(topic: string, number: number, firstOffset: string | null, lastOffset: string): void {
    assignment.find(topic, number, Number(firstOffset ?? lastOffset))?.skipTo(Number(lastOffset) + 1)
  }

  function takeBatch(batch: Batch, resolveOffset: (offset: string) => void): void {
    const { topic, partition: number } = batch
    // Not in kafkajs' types: the offset that was asked for, which is before the first record where some were filtered out.
    const { fetchedOffset } = batch as Batch & { fetchedOffset: string }
    const partition = assignment.find(topic, number, Number(fetchedOffset))
    if (!partition) return
    partition.accept(batch)
    resolveOffset(batch.lastOffset())
    syncPauses()
  }

  function syncPauses(): void {
    for (const partition of assignment.partitions()) {
      const shouldPause = isClosing || circuit.isOpen || partition.isFull
      if (shouldPause === partition.isPaused) continue
      partition.isPaused = shouldPause
      const { topic, partition: number } = partition
      consumer[shouldPause ? 'pause' : 'resume']([{ topic, partitions: [number] }])
    }
  }

  async function commit(): Promise<void> {
    const moved = [...assignment.partitions()]
      .filter(({ watermark, committed }) => watermark !== committed)
      .map((partition) => ({ partition, move: toMove(partition) }))
    if (moved.length === 0) return
    try {
      // First where the effects are, so that Kafka never knows of more than the database does.
      const made = await positioning.move(moved.map(({ move }) => move))
      // A join meanwhile may have given some of them to others.
      const current = new Set(assignment.partitions())
      const ours = moved.filter(({ partition }) => current.has(partition))
      const saved = ours.filter(({ move }) => made.has(move))
      for (const { partition, move } of saved) partition.saved = Math.max(partition.saved, move.position)
      if (saved.length < ours.length) return beginEpoch()
      await consumer.commitOffsets(
        saved.map(({ move: { topic, partition, position, life } }) => ({
          topic,
          partition,
          offset: String(position),
          metadata: life,
        })),
      )
      for (const { partition, move } of saved) partition.committed = move.position
    } catch (error) {
      // A join is under way, or the broker or the database is away. The watermark stands; the next commit carries it.
      logger.debug({ err: error }, 'Offset commit failed')
    }
  }

  /**
   * kafkajs asks the coordinator it knows, for ever, though that be gone for good, and gives up for good when it finds none:
   * only a new member looks for another.
   */
  function joinAnew(error: Error): void {
    joining.failed(error, { topics })
    const lost = consumer
    leaveEpoch()
    committing = null
    consumer = createGroupMember()
    void lost.disconnect().catch(() => undefined)
    void startWaiter.wait(backoffMs(joins++, 100, 5_000)).then(run)
  }

  /**
   * Begins anew when a topic was replaced, or the database has gone back. Nothing else would notice: kafkajs goes on at its
   * offset in whatever topic now has the name, and the database is asked nothing while no events come.
   */
  async function lookAround(): Promise<void> {
    const held = [...assignment.partitions()]
    const moves = held.map(toMove)
    const isCurrent = () => held.length > 0 && [...assignment.partitions()][0] === held[0]
    if (!isCurrent()) return
    for (const topic of new Set(moves.map((move) => move.topic))) {
      const { life, bounds } = await admin.use((client) => findTopicState(client, topic))
      const isOther = (move: Move) =>
        move.topic === topic && (move.life !== life || (bounds.get(move.partition)?.end ?? 0) < move.position)
      if (!isCurrent()) return
      if (moves.some(isOther)) return beginEpoch()
      for (const partition of held.filter((one) => one.topic === topic)) {
        partition.noteEnd(bounds.get(partition.partition)?.end ?? 0)
        reportStandstill(partition)
      }
    }
    // Last: while the database is away, the brokers are still asked.
    if ((await positioning.hasGoneBack(moves)) && isCurrent()) return beginEpoch()
  }

  /**
   * When nothing is in hand, either another producer's transaction is open or the partition is not fetched. The batches that
   * were fetched cannot tell: to a reader of committed records, a partition ends where the oldest open transaction begins.
   */
  function reportStandstill(partition: Partition): void {
    const ageMs = partition.age(context.monotonicMs())
    const stands = ageMs > STANDSTILL_MS
    if (stands && !partition.isStandingStill) {
      const { topic, partition: number, watermark, end, inHand } = partition
      const fields = { topic, partition: number, position: watermark, end, inHand, seconds: Math.round(ageMs / 1_000) }
      logger.error(fields, 'Consumer stands still')
    }
    partition.isStandingStill = stands
  }

  const lookTimer = setInterval(() => {
    looking ??= lookAround()
      .catch((error: unknown) => logger.debug({ err: error }, 'Topics and positions not looked at'))
      .finally(() => {
        looking = null
      })
  }, LOOK_MS)

  const commitTimer = setInterval(() => {
    measure()
    if (isInGroup && performance.now() - heardOfCoordinatorAt > MAX_SILENCE_MS)
      joinAnew(new Error('The coordinator is silent'))
    if (committing) return
    const current = commit().finally(() => {
      if (committing === current) committing = null
    })
    committing = current
  }, COMMIT_MS)

  const stopPurging = startPurging(db, name, logger)

  function measure(): void {
    const now = performance.now()
    let oldest = 0
    let age = 0
    for (const partition of assignment.partitions()) {
      const { topic, partition: number, end, watermark } = partition
      metrics.consumerLag.record(end - watermark, { topic, partition: number })
      oldest = Math.max(oldest, partition.oldestAge(now))
      age = Math.max(age, partition.age(now))
    }
    metrics.inGroup.record(isInGroup ? 1 : 0)
    metrics.oldestInFlight.record(oldest / 1000)
    metrics.watermarkAge.record(age / 1000)
  }

  async function run(): Promise<void> {
    for (let failures = 0; !isClosing; failures += 1) {
      const member = consumer
      try {
        await member.connect()
        await member.subscribe({ topics, fromBeginning: true })
        await member.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async (payload) => {
            if (member !== consumer || payload.isStale() || !payload.isRunning()) return
            takeBatch(payload.batch, (offset) => payload.resolveOffset(offset))
          },
        })
        return
      } catch (error) {
        joining.failed(error, { topics })
        await member.disconnect().catch(() => undefined)
        await startWaiter.wait(backoffMs(failures, 100, 5_000))
        if (!isClosing) consumer = createGroupMember()
      }
    }
  }
  void run()

  return {
    isAlive: () => performance.now() - lastBeatAt < LIVENESS_MS,
    isInGroup: () => isInGroup,
    async close() {
      isClosing = true
      startWaiter.wake()
      positioning.end()
      syncPauses()
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, DRAIN_MS).unref())
      const held = [...assignment.partitions()]
      for (const partition of held) partition.abandon()
      circuit.shutDown()
      await Promise.race([Promise.all(held.map((partition) => partition.whenIdle())), deadline])
      clearInterval(commitTimer)
      clearInterval(lookTimer)
      stopPurging()
      // Before disconnect(): after it a commit silently does nothing.
      await Promise.race([Promise.resolve(committing).then(commit), deadline])
      await Promise.race([Promise.all([consumer.disconnect(), admin.close()]), deadline])
    },
  }
}

const toMove = ({ topic, life, partition, watermark, saved }: Partition): Move => ({
  topic,
  life,
  partition,
  position: watermark,
  saved,
})

/** Whether it is the cluster's doing, by what lies under kafkajs' wrapping; what is not is a fault of the program. */
function isOfKafka(error: Error): boolean {
  let cause = error
  while (cause.cause instanceof Error) cause = cause.cause
  return cause.name.startsWith('KafkaJS')
}
