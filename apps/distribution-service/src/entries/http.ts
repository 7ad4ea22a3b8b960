import { AppError, namesEntity } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest, preValidationHookHandler } from 'fastify'
import { z } from 'zod'
import type { AssertFresh, Distribution } from './distribution.ts'
import type { Cause } from './events.ts'
import { etagOf, showDistribution } from './responses.ts'

export const access = { access: ['editor', 'admin'] } as const
export const params = z.strictObject({ id: z.string().min(1).max(128) })
export const ifMatch = z.looseObject({
  'if-match': z.string().max(1_000).describe('The ETag of what is to be changed, or *'),
})

export function causeOf(request: FastifyRequest): Cause {
  return {
    tenantId: request.tenantId,
    correlationId: request.id,
    causationId: null,
    traceparent: request.traceparent ?? undefined,
  }
}

/** Refuses a change without If-Match (RFC 9110, 13.1.1), which could overwrite what the caller has not seen. */
export const preconditionRequired: preValidationHookHandler = (request, _reply, done) => {
  const title = 'If-Match must name the ETag of what you have read'
  const isMissing = request.headers['if-match'] === undefined
  done(isMissing ? new AppError('precondition-required', 'if-match.missing', title) : undefined)
}

/** The check that the caller has seen the current state. */
export function createFreshnessCheck({ 'if-match': wanted }: z.output<typeof ifMatch>): AssertFresh {
  return (current) => {
    if (namesEntity(wanted, etagOf(current), 'strongly')) return
    throw new AppError('precondition-failed', 'if-match.stale', 'It has changed since: read it again', {
      distributionId: current.id,
    })
  }
}

export function answer(reply: FastifyReply, distribution: Distribution) {
  void reply.header('etag', etagOf(distribution))
  return showDistribution(distribution)
}

export function answerCreated(reply: FastifyReply, distribution: Distribution) {
  void reply.code(201).header('location', `/api/distributions/${distribution.id}`)
  return answer(reply, distribution)
}
