/** A record on Kafka: the id of its event, and when the broker appended it, in milliseconds since 1970. */
export interface Arrival {
  id: string
  at: number
}

/** Compares what was written with what is on Kafka. */
export function tally(written: string[], arrivals: Arrival[]) {
  const firstAt = new Map<string, number>()
  for (const { id, at } of arrivals) firstAt.set(id, Math.min(at, firstAt.get(id) ?? Number.POSITIVE_INFINITY))
  const moments = [...firstAt.values()]
  return {
    lost: written.filter((id) => !firstAt.has(id)).length,
    doubled: arrivals.length - firstAt.size,
    beganAt: moments.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY),
    /** When the last event arrived for the first time. */
    completeAt: moments.reduce((last, at) => Math.max(last, at), 0),
  }
}
