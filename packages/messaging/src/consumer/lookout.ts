import type { Logger } from '@coursewire/service-kit'
import type { AdminClient } from '../kafkajs/admin.ts'
import { findTopicState } from '../kafkajs/topic-state.ts'
import { type Partition, toMove } from './partition.ts'
import type { Positioning } from './positioning.ts'
import type { Move } from './positions.ts'

/** How long a partition may stand still, or its start be unknown, before the alarm is raised. */
const STANDSTILL_MS = 60_000

export interface LookoutOptions {
  admin: AdminClient
  positioning: Pick<Positioning, 'hasGoneBack' | 'searchingMs'>
  partitions: () => Iterable<Partition>
  beginEpoch: () => void
  logger: Logger
  monotonicMs: () => number
}

/**
 * Returns a check that starts a new epoch if a topic was replaced or the database has gone back. Nothing else would notice: kafkajs continues
 * at its offset in whatever topic now has the name, and without events nobody asks the database.
 */
export function createLookout({ admin, positioning, partitions, beginEpoch, logger, monotonicMs }: LookoutOptions) {
  let isSearchReported = false

  function reportLongSearch(): void {
    const ageMs = positioning.searchingMs(monotonicMs())
    const isLong = ageMs > STANDSTILL_MS
    if (isLong && !isSearchReported) {
      logger.error({ reason: 'positions-unknown', seconds: Math.round(ageMs / 1_000) }, 'Consumer stands still')
    }
    isSearchReported = isLong
  }

  /**
   * If nothing is in hand, either another producer's transaction is open or the partition is not being fetched. The fetched batches
   * cannot tell, because for a reader of committed records a partition ends where the oldest open transaction begins.
   */
  function reportStandstill(partition: Partition): void {
    const ageMs = partition.age(monotonicMs())
    const stands = ageMs > STANDSTILL_MS
    if (stands && !partition.isStandingStill) {
      const { topic, partition: number, watermark, end, inHand } = partition
      const fields = { topic, partition: number, position: watermark, end, inHand, seconds: Math.round(ageMs / 1_000) }
      logger.error(fields, 'Consumer stands still')
    }
    partition.isStandingStill = stands
  }

  return async function lookAround(): Promise<void> {
    const held = [...partitions()]
    const moves = held.map(toMove)
    const isCurrent = () => held.length > 0 && [...partitions()][0] === held[0]
    reportLongSearch()
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
    // Comes last, so that we still ask the brokers while the database is down.
    if ((await positioning.hasGoneBack(moves)) && isCurrent()) return beginEpoch()
  }
}
