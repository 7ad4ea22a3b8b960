/** A UTC moment with six fractional digits, such as `2025-12-28T10:30:00.123456Z`; as a string it sorts by time. */
export type Moment = string

let last = 0

/** Readers refuse moments that are further in the future than this. */
const MAX_AHEAD_MICROS = 86_400_000_000

/**
 * Returns the system's time in microseconds. It is later than the result of every earlier call in this process, unless a system clock that was
 * more than a day fast has been corrected.
 */
export function now(): Moment {
  // The system clock has milliseconds; the monotonic clock supplies the three digits below them.
  const micros = Date.now() * 1000 + (Math.floor(performance.now() * 1000) % 1000)
  last = last > micros + MAX_AHEAD_MICROS ? micros : Math.max(micros, last + 1)
  const millis = new Date(Math.floor(last / 1000)).toISOString().slice(0, -1)
  return `${millis}${String(last % 1000).padStart(3, '0')}Z`
}
