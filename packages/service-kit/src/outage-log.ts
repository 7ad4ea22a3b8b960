import { describeRefusal, type Logger } from './logger.ts'
import { isOutage } from './outage.ts'

const EVERY_MS = 60_000

export interface OutageLog {
  /** Call at each failure. `fields` are added to the line. The error has its stack only if it may be a bug. */
  failed: (error: unknown, fields?: Record<string, unknown>) => void
  /** Call at each success. Only the first one after a failure is logged. */
  worked: () => void
}

/**
 * Creates the log of something that is tried again and again. Logs `failing` when it begins to fail and once a minute with the number of failures,
 * and `works` when it is over. Failures in between are at debug level.
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
