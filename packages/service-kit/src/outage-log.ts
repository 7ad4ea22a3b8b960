import { describeRefusal, type Logger } from './logger.ts'
import { isOutage } from './outage.ts'

const EVERY_MS = 60_000

export interface OutageLog {
  /** Call at each failure. `fields` go into the line beside the error, which has its stack only where it may be a bug. */
  failed: (error: unknown, fields?: Record<string, unknown>) => void
  /** Call whenever it works; only the first time after a failure is said. */
  worked: () => void
}

/**
 * The lines of something that is tried again and again: `failing` when it begins to fail, and once a minute with how often it
 * did; `works` when that is over. What comes in between is at debug level.
 */
export function createOutageLog(
  logger: Logger,
  { failing, works, level = 'warn' }: { failing: string; works: string; level?: 'warn' | 'error' },
): OutageLog {
  let failures = 0
  let beganAt = 0
  let saidAt = 0
  const seconds = (now: number) => Math.round((now - beganAt) / 1_000)

  return {
    failed(error, fields = {}) {
      const now = performance.now()
      if (failures === 0) beganAt = now
      const isDue = failures === 0 || now - saidAt >= EVERY_MS
      failures += 1
      if (isDue) saidAt = now
      const err = isOutage(error) ? describeRefusal(error) : error
      logger[isDue ? level : 'debug']({ ...fields, failures, seconds: seconds(now), err }, failing)
    },
    worked() {
      if (failures === 0) return
      logger.info({ failures, seconds: seconds(performance.now()) }, works)
      failures = 0
    },
  }
}
