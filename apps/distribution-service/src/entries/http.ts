import { assertFresh, ifMatch, requireIfMatch } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { z } from 'zod'
import type { AssertFresh, Distribution } from './distribution.ts'
import type { Cause } from './events.ts'
import { etagOf, showDistribution } from './responses.ts'

export const params = z.strictObject({ id: z.string().min(1).max(128) })

/** The options of a route for editors. */
export function forEditors<Schema extends FastifySchema>(schema: Schema) {
  return { config: { access: ['editor', 'admin'] }, schema } as const
}

/** The options of a route for editors that changes only the state named by If-Match. */
export function forGuardedChange<Schema extends FastifySchema>(schema: Schema) {
  const refusals = { ...schema.refusals, 412: 'if-match.stale', 428: 'if-match.missing' }
  return { ...forEditors({ ...schema, headers: ifMatch, refusals }), preValidation: requireIfMatch }
}

export function causeOf({ tenantId, id: correlationId, traceparent }: FastifyRequest): Cause {
  return { tenantId, correlationId, causationId: null, traceparent: traceparent ?? undefined }
}

/** Builds the check that the caller has read the current state. */
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
