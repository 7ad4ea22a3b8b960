import { EventTooLargeError } from '@coursewire/events'
import { AppError, isOutage } from '@coursewire/service-kit'
import { ZodError } from 'zod'

/**
 * - `permanent`: it fails the same way every time; a dead letter.
 * - `conflict`: two transactions got in each other's way; again at once.
 * - `outage`: something everybody needs is down; all wait.
 * - `unknown`: nobody listed it. Treated as an outage, and as the record's own fault only when others succeed meanwhile.
 */
export type FailureClass = 'permanent' | 'conflict' | 'outage' | 'unknown'

const conflicts = new Set(['40001', '40P01', '55P03'])
/** A statement or a transaction that took too long: a slow record's fault, or a slow database's. */
const tooLong = new Set(['57014', '25P03', '25P04'])

/** Decides what a failure in a handler or its transaction means, by the error or any of its causes. */
export function classifyFailure(error: unknown): FailureClass {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AppError)
      return cause.kind === 'unavailable' || cause.kind === 'rate-limited' ? 'outage' : 'permanent'
    // An event the handler would tell, and may not: it breaks its own schema, or the limit of its size.
    if (cause instanceof ZodError || cause instanceof EventTooLargeError) return 'permanent'
    const code = 'code' in cause ? String(cause.code) : ''
    if (conflicts.has(code)) return 'conflict'
    if (tooLong.has(code)) return 'unknown'
    if (/^(22|23|54)...$/.test(code)) return 'permanent'
  }
  return isOutage(error) ? 'outage' : 'unknown'
}
