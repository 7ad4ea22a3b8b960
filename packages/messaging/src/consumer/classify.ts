import { EventTooLargeError } from '@coursewire/events'
import { AppError, type Fault, findFault } from '@coursewire/service-kit'
import { ZodError } from 'zod'

/**
 * - `permanent`: it fails the same way every time and becomes a dead letter.
 * - `conflict`: two transactions conflicted; it is tried again at once.
 * - `outage`: a shared dependency is down; all wait.
 * - `unknown`: not listed. Treated as an outage, and as the record's own fault only if others succeed meanwhile.
 */
export const failureClasses = ['permanent', 'conflict', 'outage', 'unknown'] as const
export type FailureClass = (typeof failureClasses)[number]

const classes: Record<Fault, FailureClass> = {
  conflict: 'conflict',
  locked: 'conflict',
  // The record or the database is slow.
  'too-slow': 'unknown',
  data: 'permanent',
  connection: 'outage',
  server: 'outage',
  unreachable: 'outage',
}

/** Classifies a failure in a handler or its transaction by the error or any of its causes. */
export function classifyFailure(error: unknown): FailureClass {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AppError)
      return cause.kind === 'unavailable' || cause.kind === 'rate-limited' ? 'outage' : 'permanent'
    // The handler built an event that breaks its own schema or size limit.
    if (cause instanceof ZodError || cause instanceof EventTooLargeError) return 'permanent'
    const fault = findFault(cause)
    if (fault) return classes[fault]
  }
  return 'unknown'
}

/** After this many attempts, over this long, while others succeeded, an unlisted error is the record's own fault. */
const MAX_UNKNOWN_ATTEMPTS = 5
const MIN_UNKNOWN_MS = 60_000

export interface Failure {
  failure: FailureClass
  /** The number of records in the transaction. */
  records: number
  /** How often the record has failed with an unlisted error while others succeeded. */
  ownFailures: number
  /** The time since the first of these failures. */
  failingMs: number
}

/**
 * Decides what to do with records whose transaction has failed. `again` tries them at once (or when an outage is over), `apart` tries them one
 * by one, so that only the faulty record fails, `later` tries after a pause, and `refuse` makes a dead letter.
 */
export function decideNext({
  failure,
  records,
  ownFailures,
  failingMs,
}: Failure): 'again' | 'apart' | 'later' | 'refuse' {
  if (failure === 'conflict' || failure === 'outage') return 'again'
  if (records > 1) return 'apart'
  if (failure === 'permanent') return 'refuse'
  return ownFailures >= MAX_UNKNOWN_ATTEMPTS && failingMs >= MIN_UNKNOWN_MS ? 'refuse' : 'later'
}
