import { assertFresh, type ifMatch } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AssertFresh, Distribution } from './distribution.ts'
import type { Cause } from './events.ts'
import { etagOf, showDistribution } from './responses.ts'

export const access = { access: ['editor', 'admin'] } as const
export const params = z.strictObject({ id: z.string().min(1).max(128) })

export function causeOf(request: FastifyRequest): Cause {
  return {
    tenantId: request.tenantId,
    correlationId: request.id,
    causationId: null,
    traceparent: request.traceparent ?? undefined,
  }
}

/** The check that the caller has seen the current state. */
export function createFreshnessCheck(headers: z.output<typeof ifMatch>): AssertFresh {
  return (current) => assertFresh(headers, etagOf(current), { distributionId: current.id })
}

export function answer(reply: FastifyReply, distribution: Distribution) {
  void reply.header('etag', etagOf(distribution))
  return showDistribution(distribution)
}

export function answerCreated(reply: FastifyReply, distribution: Distribution) {
  void reply.code(201).header('location', `/api/distributions/${distribution.id}`)
  return answer(reply, distribution)
}
