import { STATUS_CODES } from 'node:http'
import type { FastifyError } from 'fastify'
import { AppError, type AppErrorKind } from '../app-error.ts'
import { isOutage } from '../outage.ts'
import { shorten } from '../shorten.ts'
import { traceIdOf } from '../tracing.ts'

const statusOf: Record<AppErrorKind, number> = {
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'precondition-failed': 412,
  'precondition-required': 428,
  'rate-limited': 429,
  unavailable: 503,
}

const codeOf: Record<number, string> = {
  400: 'request.invalid',
  404: 'route.not-found',
  405: 'method.not-allowed',
  408: 'request.timeout',
  413: 'body.too-large',
  415: 'media-type.unsupported',
  417: 'expectation.failed',
  429: 'requests.too-many',
  431: 'headers.too-large',
  500: 'server.error',
  503: 'service.unavailable',
}

/** Limits how much of a caller's text is sent back. */
const MAX_TEXT = 200
const MAX_ERRORS = 20

type FieldError = { in: string; pointer: string; message: string }

/** The part of a failure that its caller may know. */
export type Problem = {
  status: number
  code: string
  title: string
  errors?: FieldError[]
  retryAfterSeconds?: number
}

/** Returns the public part of an error. Its kind decides the status, and a 5xx shows nothing but the status. */
export function describeProblem(error: unknown): Problem {
  if (error instanceof AppError) {
    const status = statusOf[error.kind]
    const known = status < 500 ? { status, code: error.code, title: error.message } : problemOf(status)
    const seconds = Number(error.details.retryAfterSeconds ?? 2)
    return status === 429 || status === 503 ? { ...known, retryAfterSeconds: seconds } : known
  }
  if (isOutage(error)) return { ...problemOf(503), retryAfterSeconds: 2 }
  const { statusCode = 500, validation, validationContext = 'body' } = Object(error) as Partial<FastifyError>
  if (!validation) return problemOf(statusCode >= 400 && statusCode < 500 ? statusCode : 500)
  const errors = validation.slice(0, MAX_ERRORS).map(({ instancePath, message = 'Invalid' }) => ({
    in: validationContext,
    pointer: instancePath === '/' ? '' : shorten(instancePath, MAX_TEXT),
    message: shorten(message, MAX_TEXT),
  }))
  return { ...problemOf(400), errors }
}

/** Builds a problem that says nothing beyond its status. */
export function problemOf(status: number): Problem {
  return { status, code: codeOf[status] ?? 'request.refused', title: STATUS_CODES[status] ?? 'Refused' }
}

/** Builds the headers and the body (RFC 9457) of a problem. */
export function renderProblem(
  problem: Problem,
  instance: string,
  requestId: string,
  traceparent: string | null = null,
) {
  const { retryAfterSeconds, ...shown } = problem
  return {
    headers: {
      'content-type': 'application/problem+json',
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    },
    body: JSON.stringify({
      type: `urn:problem-type:coursewire:${problem.code}`,
      ...shown,
      instance: shorten(instance, MAX_TEXT),
      requestId,
      ...(traceparent !== null && { traceId: traceIdOf(traceparent) }),
    }),
  }
}
