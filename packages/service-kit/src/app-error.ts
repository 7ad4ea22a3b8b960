export type AppErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'precondition-failed'
  | 'precondition-required'
  | 'rate-limited'
  | 'unavailable'

/**
 * An expected refusal. The kind decides what happens (HTTP status, dead letter or retry). The code is public and stable. Details only go to
 * the log, except `retryAfterSeconds`, which becomes the Retry-After header.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: AppErrorKind
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    kind: AppErrorKind,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options)
    this.kind = kind
    this.code = code
    this.details = details
  }
}
