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
 * A refusal somebody expects. The kind decides what the caller gets (HTTP status, dead letter or retry), the code is
 * public and stable; details go to the log only. `retryAfterSeconds` among the details becomes the Retry-After header.
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
