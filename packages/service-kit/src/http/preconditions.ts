import type { preValidationHookHandler } from 'fastify'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { namesEntity } from './entity-tags.ts'

/** The headers of a route that changes only what its caller has seen. It also needs {@link requireIfMatch}. */
export const ifMatch = z.looseObject({
  'if-match': z.string().max(1_000).describe('The ETag of the state to change, or *'),
})

/** Refuses a change without If-Match (RFC 9110, 13.1.1), which could overwrite what the caller has not seen. */
export const requireIfMatch: preValidationHookHandler = (request, _reply, done) => {
  const title = 'If-Match must have the ETag that you have read'
  const isMissing = request.headers['if-match'] === undefined
  done(isMissing ? new AppError('precondition-required', 'if-match.missing', title) : undefined)
}

/** Throws unless the caller has seen the state with this ETag. The details go to the log. */
export function assertFresh(
  { 'if-match': wanted }: z.output<typeof ifMatch>,
  etag: string,
  details: Record<string, unknown> = {},
): void {
  if (namesEntity(wanted, etag, 'strongly')) return
  throw new AppError('precondition-failed', 'if-match.stale', 'It has changed since you read it', details)
}
