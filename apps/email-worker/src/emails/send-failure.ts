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
 * Decides what a failed call to SES means. The question is whether SES may have accepted the mail:
 *
 * 1. The request never left us: no. If the text cannot be encoded, a retry would fail too.
 * 2. SES rejected it explicitly (4xx, or throttling under any status): no. For some rejections a retry would fail too.
 * 3. SES was not reached (name, connection, certificate), so no byte of the request left: no.
 * 4. Everything else: maybe. A 5xx, a timeout, a reset (also of a stale connection), an unreadable answer.
 */
export function explainFailure(error: unknown, hasLeft: boolean): Exclude<Outcome, { status: 'sent' }> {
  const { name, message, $metadata } = toSdkError(error)
  const status = $metadata?.httpStatusCode ?? 0
  // SES quotes addresses, and might quote a link. We must not store either.
  const reason = `${name}: ${message}`
    .replace(/[^\s<>"',;:]+@[^\s<>"',;:]+/g, '[address]')
    .replace(/#token=[\w%.~-]+/g, '[token]')
    .slice(0, 500)

  if (!hasLeft && error instanceof URIError) return { status: 'failed', reason, failure: 'rejected' }
  if (!hasLeft) return { status: 'pending', reason, isOutage: true }
  if (throttling.test(name)) return { status: 'pending', reason, isOutage: false, isThrottled: true }
  if (status >= 400 && status < 500) {
    if (unsendable.has(name)) return { status: 'failed', reason, failure: 'rejected' }
    return { status: 'pending', reason, isOutage: !ofThisMailOnly.has(name) }
  }
  if (isBeforeConnection(toSdkError(error))) return { status: 'pending', reason, isOutage: true }
  return { status: 'unknown', reason }
}

function isBeforeConnection(error: SdkError): boolean {
  // If a host has several addresses, their failures arrive as one error.
  if (error.errors?.length) return error.errors.every(isBeforeConnection)
  if (error.syscall === 'connect' || error.syscall === 'getaddrinfo') return true
  if (untrusted.test(error.code ?? '')) return true
  // The SDK's own connection timeout can be recognised only by its message.
  return error.name === 'TimeoutError' && error.message.includes('did not establish a connection')
}

function toSdkError(error: unknown): SdkError {
  return error instanceof Error ? error : new Error(String(error))
}
