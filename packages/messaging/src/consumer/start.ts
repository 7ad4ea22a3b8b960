import type { Bounds } from '../kafkajs/topic-state.ts'

/** What is known of where a partition was left. */
export interface Known extends Bounds {
  life: string
  /** What the group has committed; `life` is null when a person or an earlier version of the product committed it. */
  committed: { offset: number; life: string | null } | null
  /** The position that the database has in this life. */
  saved: number | null
  /** Whether the database has a position in another life of this partition. */
  knowsOtherLife: boolean
}

export interface Start {
  start: number
  /** Why records may have been missed, or are read again from the first. */
  alarm: 'topic-replaced' | 'unknown-to-database' | 'log-truncated' | 'records-deleted' | null
  /** Where it was left, if that is known. */
  expected: number | null
}

/**
 * Decides where a partition begins: at the smaller of the positions that Kafka and the database have in this life of the topic.
 * Beginning too early only repeats events that are recognised; beginning too late would pass records over. When neither position
 * fits, it begins at the first record there is, with an alarm.
 */
export function chooseStart({ life, committed, saved, knowsOtherLife, first, end }: Known): Start {
  const startOver = (alarm: Start['alarm'], expected: number | null = null): Start => ({
    start: first,
    alarm,
    expected,
  })
  // A commit without a life was made for the only life there was: this one, unless the database knows another.
  const isOfThisLife = committed !== null && (committed.life ?? (saved === null && knowsOtherLife ? '' : life)) === life
  if (saved === null && !isOfThisLife) return startOver(committed || knowsOtherLife ? 'topic-replaced' : null)
  // A position is saved before it is committed, so this is not the database that it was saved in.
  if (saved === null && committed?.life === life) return startOver('unknown-to-database', committed.offset)
  // A negative offset asks for all there is: a person commits it, and kafkajs when it is out of range.
  const ofKafka = isOfThisLife ? (committed.offset < 0 ? first : committed.offset) : null
  const furthest = Math.max(saved ?? 0, ofKafka ?? 0)
  if (furthest > end) return startOver('log-truncated', furthest)
  const expected = Math.min(saved ?? Infinity, ofKafka ?? Infinity)
  if (expected < first) return startOver('records-deleted', expected)
  return { start: expected, alarm: null, expected }
}
