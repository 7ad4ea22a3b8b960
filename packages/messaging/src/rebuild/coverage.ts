import { AppError } from '@coursewire/service-kit'
import type { Bounds } from '../kafkajs/topic-state.ts'
import type { KafkaSource } from '../source.ts'

/** A partition: what its topic has of it now, and what the history has. */
export interface Partition extends Bounds {
  topic: string
  life: string
  partition: number
  history: Span | null
}

/** It may have gaps, because an event that was delivered again has another offset. */
interface Span {
  first: number
  last: number
  /** When the first record was appended, in milliseconds since 1970. */
  since: number
}

type Placed = Pick<KafkaSource, 'topic' | 'partition' | 'offset' | 'timestamp'>

/** Adds records of the history, in any order, to what is known of their partitions. */
export function addHistory(partitions: ReadonlyMap<string, Partition>, records: Placed[]): void {
  for (const { topic, partition, offset, timestamp } of records) {
    const known = partitions.get(`${topic}/${partition}`)
    if (!known) continue
    const history = known.history ?? { first: Number.POSITIVE_INFINITY, last: -1, since: 0 }
    if (offset < history.first) Object.assign(history, { first: offset, since: Number(timestamp) })
    history.last = Math.max(history.last, offset)
    known.history = history
  }
}

/**
 * Finds since when everything is known, in milliseconds since 1970; null if it is known from the very first record on. Where there is no
 * history, `begins` tells when the first record of the topic was appended. Throws `history.incomplete` if a history ends before the topic begins,
 * unless records `mayMiss`.
 */
export function findBeginning(
  partitions: Iterable<Partition & { begins: number }>,
  { hasHistory, mayMiss }: { hasHistory: boolean; mayMiss: boolean },
): number | null {
  let beginning: number | null = null
  for (const { topic, partition, first, history, begins } of partitions) {
    const missing = hasHistory ? first - 1 - (history?.last ?? -1) : 0
    if (missing > 0 && !mayMiss) {
      throw new AppError(
        'conflict',
        'history.incomplete',
        `The ${missing} records of ${topic}/${partition} before ${first} are in neither the history nor the topic`,
      )
    }
    if (first === 0 || history?.first === 0) continue
    beginning = Math.max(beginning ?? 0, history?.since ?? begins)
  }
  return beginning
}

const DAY_MS = 86_400_000

/** The first day that is after `since` as a whole, wherever on earth. The day of `since` itself may be the next one in the east. */
export const findWholeDay = (since: number): string => new Date(since + 2 * DAY_MS).toISOString().slice(0, 10)
