import type { Outcome } from './email.ts'

interface SdkError extends Error {
  code?: string
  syscall?: string
  errors?: SdkError[]
  $metadata?: { httpStatusCode?: number }
}

const throttling = /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown)/
const unsendable = new Set(['InvalidParameterValue', 'InvalidParameterCombination', 'ValidationError'])
const ofThisMailOnly = new Set(['MessageRejected'])
const untrusted = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/

/**
 * What a failed call to SES means. The one question is whether SES may have accepted the mail:
 *
 * 1. The request never left us: it did not. A text that cannot be written down would only fail again.
 * 2. SES refused in words (4xx, throttling under any status): it did not. Some refusals would only be repeated.
 * 3. Nobody was reached (name, connection, certificate), so that no byte of the request left: it did not.
 * 4. Everything else it may have: a 5xx, a time-out, a reset (also of a stale connection), an answer nobody can read.
 */
export function explainFailure(error: unknown, hasLeft: boolean): Exclude<Outcome, { status: 'sent' }> {
  const { name, message, $metadata } = toSdkError(error)
  const status = $metadata?.httpStatusCode ?? 0
  // SES quotes addresses, which are not ours to keep.
  const reason = `${name}: ${message}`.replace(/[^\s<>"',;:]+@[^\s<>"',;:]+/g, '[address]').slice(0, 500)

  if (!hasLeft && error instanceof URIError) return { status: 'failed', reason }
  if (!hasLeft) return { status: 'pending', reason, isOutage: true }
  if (throttling.test(name)) return { status: 'pending', reason, isOutage: true }
  if (status >= 400 && status < 500) {
    if (unsendable.has(name)) return { status: 'failed', reason }
    return { status: 'pending', reason, isOutage: !ofThisMailOnly.has(name) }
  }
  if (isBeforeConnection(toSdkError(error))) return { status: 'pending', reason, isOutage: true }
  return { status: 'unknown', reason }
}

function isBeforeConnection(error: SdkError): boolean {
  // Several addresses of one host fail together, as one error.
  if (error.errors?.length) return error.errors.every(isBeforeConnection)
  if (error.syscall === 'connect' || error.syscall === 'getaddrinfo') return true
  if (untrusted.test(error.code ?? '')) return true
  // The SDK gives its own connection time-out nothing but words.
  return error.name === 'TimeoutError' && error.message.includes('did not establish a connection')
}

function toSdkError(error: unknown): SdkError {
  return error instanceof Error ? error : new Error(String(error))
}
