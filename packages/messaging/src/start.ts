import type { Bounds } from './topic-state.ts'

/** What is known of where a partition was left. */
export interface Known extends Bounds {
  life: string
  /** What Kafka has committed; `life` is null where a person or an earlier version of the product did not say which. */
  committed: { offset: number; life: string | null } | null
  /** What the database says of this life. */
  saved: number | null
  /** Whether the database has met another life of this partition. */
  knowsOtherLife: boolean
}

export interface Start {
  start: number
  /** Why records may have been missed, or are read again from the first. */
  alarm: 'topic-replaced' | 'unknown-to-database' | 'log-truncated' | 'records-deleted' | null
  /** Where it was left, as far as anybody knows. */
  expected: number | null
}

/**
 * Where a partition begins: at the smaller of what Kafka and the database say, as far as they speak of this life of the topic.
 * Too early only repeats what is then recognised; too late would pass records over. Where neither fits, that is the first
 * record there is, with an alarm.
 */
export function chooseStart({ life, committed, saved, knowsOtherLife, first, end }: Known): Start {
  const startOver = (alarm: Start['alarm'], expected: number | null = null): Start => ({
    start: first,
    alarm,
    expected,
  })
  // Who did not say which life it was meant the one there was: this one, unless the database has met another.
  const isOfThisLife = committed !== null && (committed.life ?? (saved === null && knowsOtherLife ? '' : life)) === life
  if (saved === null && !isOfThisLife) return startOver(committed || knowsOtherLife ? 'topic-replaced' : null)
  // A position is saved before it is committed: this is not the database that saved it.
  if (saved === null && committed?.life === life) return startOver('unknown-to-database', committed.offset)
  const expected = Math.min(saved ?? Infinity, isOfThisLife ? committed.offset : Infinity)
  // So somebody asks for all there is.
  if (expected < 0) return startOver(null)
  if (expected > end) return startOver('log-truncated', expected)
  if (expected < first) return startOver('records-deleted', expected)
  return { start: expected, alarm: null, expected }
}
