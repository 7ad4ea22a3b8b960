import { assertWritable } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import type { AdminClient } from '../kafkajs/admin.ts'
import type { Assigned, Membership } from '../kafkajs/membership.ts'
import * as metrics from '../metrics.ts'
import type { FetchedBatch } from '../source.ts'
import { createAssignment } from './assignment.ts'
import { createCircuit } from './circuit.ts'
import { createLookout } from './lookout.ts'
import { createPartition, type PartitionContext, toMove } from './partition.ts'
import { createPositioning } from './positioning.ts'

export interface FlowOptions extends Omit<PartitionContext, 'circuit' | 'onProgress'> {
  member: Pick<Membership, 'seek' | 'pause' | 'resume' | 'commit'>
  admin: AdminClient
}

/** Tracks what a member reads of its partitions and how far it is done, from one join of its group to the next. */
export function createFlow(options: FlowOptions) {
  const { db, logger, consumer, member, admin } = options
  let assigned: Assigned = {}
  let isStopping = false
  let committing: Promise<void> | null = null
  /** The partitions whose lag was measured. */
  const measured = new Map<string, { topic: string; partition: number }>()

  const circuit = createCircuit({
    async probe() {
      await assertWritable(db)
      await db.execute(sql`SELECT 1 FROM event_dedup LIMIT 1`)
    },
    onChange: syncPauses,
    logger,
  })
  const context: PartitionContext = { ...options, circuit, onProgress: syncPauses }
  const assignment = createAssignment({
    create: (beginning) => createPartition(context, beginning),
    seek: member.seek,
    onLost: (topic, partition, expected, found) => {
      metrics.offsetResets.add(1, { topic, reason: 'records-deleted' })
      logger.error({ topic, partition, reason: 'records-deleted', expected, found }, 'Offsets lost')
    },
    onTruncated: beginEpoch,
  })
  const positioning = createPositioning({
    db,
    consumer,
    admin,
    circuit,
    logger,
    onFound(beginnings) {
      assignment.begin(beginnings)
      syncPauses()
    },
  })
  const { partitions } = assignment

  /** Reads nothing until the start of each partition is known. Only the positions of the previous epoch are kept. */
  function beginEpoch(): void {
    const held = [...partitions()].map(toMove)
    assignment.end()
    if (isStopping) return
    member.pause(assigned)
    void positioning.begin(assigned, held)
  }

  function syncPauses(): void {
    for (const partition of partitions()) {
      const shouldPause = isStopping || circuit.isOpen || partition.isFull
      if (shouldPause === partition.isPaused) continue
      partition.isPaused = shouldPause
      member[shouldPause ? 'pause' : 'resume']({ [partition.topic]: [partition.partition] })
    }
  }

  async function commit(): Promise<void> {
    const moved = [...partitions()]
      .filter(({ watermark, committed }) => watermark !== committed)
      .map((partition) => ({ partition, move: toMove(partition) }))
    if (moved.length === 0) return
    try {
      // Positions go to the database first, so that Kafka never has more than the database.
      const made = await positioning.move(moved.map(({ move }) => move))
      // A rebalance may have given some of the partitions to others meanwhile.
      const current = new Set(partitions())
      const ours = moved.filter(({ partition }) => current.has(partition))
      const saved = ours.filter(({ move }) => made.has(move))
      for (const { partition, move } of saved) partition.saved = Math.max(partition.saved, move.position)
      if (saved.length < ours.length) return beginEpoch()
      await member.commit(saved.map(({ move }) => move))
      for (const { partition, move } of saved) partition.committed = move.position
    } catch (error) {
      // A rebalance is in progress, or the broker or the database is down. The next commit includes this watermark.
      logger.debug({ err: error }, 'Offset commit failed')
    }
  }

  return {
    assign(partitionsByTopic: Assigned): void {
      assigned = partitionsByTopic
      beginEpoch()
    },

    /** Ends the epoch. Does not wait for its commits that hang. */
    leave(): void {
      positioning.end()
      assignment.end()
      committing = null
    },

    take(batch: FetchedBatch): boolean {
      const partition = assignment.find(batch.topic, batch.partition, batch.start)
      if (!partition) return false
      partition.accept(batch)
      syncPauses()
      return true
    },

    stepOver(topic: string, partition: number, start: number, next: number): void {
      assignment.find(topic, partition, start)?.skipTo(next)
    },

    markOutOfRange: (topic: string, partition: number) => assignment.markOutOfRange(topic, partition),

    lookAround: createLookout({ admin, positioning, partitions, beginEpoch, logger, monotonicMs: options.monotonicMs }),

    /** Commits finished offsets, unless a commit is in progress. */
    commit(): void {
      if (committing) return
      const current = commit().finally(() => {
        if (committing === current) committing = null
      })
      committing = current
    },

    measure(): void {
      const now = performance.now()
      let oldest = 0
      let age = 0
      // A gauge keeps its last value, also that of a partition which somebody else reads by now.
      const left = new Map(measured)
      for (const partition of partitions()) {
        const { topic, partition: number, end, watermark } = partition
        const place = { topic, partition: number }
        measured.set(`${topic}/${number}`, place)
        left.delete(`${topic}/${number}`)
        metrics.consumerLag.record(end - watermark, place)
        oldest = Math.max(oldest, partition.oldestAge(now))
        age = Math.max(age, partition.age(now))
      }
      for (const place of left.values()) metrics.consumerLag.record(0, place)
      metrics.oldestInFlight.record(oldest / 1000)
      metrics.watermarkAge.record(age / 1000)
    },

    /** Stops reading, and resolves when the running batches are done. */
    async stop(): Promise<void> {
      isStopping = true
      positioning.end()
      syncPauses()
      const held = [...partitions()]
      for (const partition of held) partition.abandon()
      circuit.shutDown()
      await Promise.all(held.map((partition) => partition.whenIdle()))
    },

    commitLast: () => Promise.resolve(committing).then(commit),
  }
}
