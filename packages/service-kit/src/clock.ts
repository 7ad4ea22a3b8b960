/** A UTC moment with six fractional digits, such as `2025-12-28T10:30:00.123456Z`; as a string it sorts by time. */
export type Moment = string

let last = 0

/** The system's time in microseconds, and always later than what any earlier call in this process returned. */
export function now(): Moment {
  // The system clock counts milliseconds; the monotonic one lends the three digits below them.
  const micros = Date.now() * 1000 + (Math.floor(performance.now() * 1000) % 1000)
  last = Math.max(micros, last + 1)
  const millis = new Date(Math.floor(last / 1000)).toISOString().slice(0, -1)
  return `${millis}${String(last % 1000).padStart(3, '0')}Z`
}
