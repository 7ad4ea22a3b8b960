import { EventTooLargeError } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { ZodError } from 'zod'

/**
 * - `permanent`: it fails the same way every time; a dead letter.
 * - `conflict`: two transactions got in each other's way; again at once.
 * - `outage`: something everybody needs is down; all wait.
 * - `unknown`: nobody listed it. Treated as an outage, and as the record's own fault only when others succeed meanwhile.
 */
export type FailureClass = 'permanent' | 'conflict' | 'outage' | 'unknown'

const conflicts = new Set(['40001', '40P01', '55P03'])
const outageCodes = /^(08|53|57P)/
const networkErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])
const lostConnection =
  /connection terminated|connection error|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error/i

/** Decides what a failure in a handler or its transaction means, by the error or any of its causes. */
export function classifyFailure(error: unknown): FailureClass {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AppError)
      return cause.kind === 'unavailable' || cause.kind === 'rate-limited' ? 'outage' : 'permanent'
    // An event the handler would tell, and may not: it breaks its own schema, or the limit of its size.
    if (cause instanceof ZodError || cause instanceof EventTooLargeError) return 'permanent'
    const code = 'code' in cause ? String(cause.code) : ''
    if (conflicts.has(code)) return 'conflict'
    if (outageCodes.test(code) || networkErrors.has(code) || lostConnection.test(cause.message)) return 'outage'
    if (/^(22|23)...$/.test(code)) return 'permanent'
  }
  return 'unknown'
}
