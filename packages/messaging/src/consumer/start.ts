import type { Bounds } from '../kafkajs/topic-state.ts'

/** The known positions of a partition. */
export interface Known extends Bounds {
  life: string
  /** The group's committed offset. `life` is null if a person or an earlier version of the product committed it. */
  committed: { offset: number; life: string | null } | null
  /** The database's position in this life. */
  saved: number | null
  /** Whether the database has a position in another life of this partition. */
  knowsOtherLife: boolean
}

export const alarms = ['topic-replaced', 'unknown-to-database', 'log-truncated', 'records-deleted'] as const

export interface Start {
  start: number
  /** Why records may have been missed, or are read again from the beginning. */
  alarm: (typeof alarms)[number] | null
  /** The previous position, if known. */
  expected: number | null
}

/**
 * Decides where a partition begins: at the smaller of the positions that Kafka and the database have in this life of the topic. Beginning
 * too early only repeats events, which are recognised; beginning too late would skip records. If neither position fits, it begins at the
 * first existing record, with an alarm.
 */
export function chooseStart({ life, committed, saved, knowsOtherLife, first, end }: Known): Start {
  const startOver = (alarm: Start['alarm'], expected: number | null = null): Start => ({
    start: first,
    alarm,
    expected,
  })
  // A commit without a life belongs to this one, unless the database knows another.
  const isOfThisLife = committed !== null && (committed.life ?? (saved === null && knowsOtherLife ? '' : life)) === life
  if (saved === null && !isOfThisLife) return startOver(committed || knowsOtherLife ? 'topic-replaced' : null)
  // A position is stored before it is committed, so this is not the database in which it was stored.
  if (saved === null && committed?.life === life) return startOver('unknown-to-database', committed.offset)
  // A negative offset means everything. A person commits it, and so does kafkajs if it is out of range.
  const ofKafka = isOfThisLife ? (committed.offset < 0 ? first : committed.offset) : null
  const furthest = Math.max(saved ?? 0, ofKafka ?? 0)
  if (furthest > end) return startOver('log-truncated', furthest)
  const expected = Math.min(saved ?? Infinity, ofKafka ?? Infinity)
  if (expected < first) return startOver('records-deleted', expected)
  return { start: expected, alarm: null, expected }
}
