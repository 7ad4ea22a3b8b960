/** Returns the wait before the n-th attempt (from 0) in milliseconds. It doubles up to `maxMs`, with a jitter of a quarter. */
export function backoffMs(attempt: number, minMs: number, maxMs: number): number {
  const full = Math.min(minMs * 2 ** Math.min(attempt, 30), maxMs)
  return full * (0.75 + Math.random() * 0.25)
}
