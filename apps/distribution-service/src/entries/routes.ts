import { AppError, describeProblems, type HttpApp, namesEntity } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest, preValidationHookHandler } from 'fastify'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { distributionId, limit, pageOf, toPage } from '../paging.ts'
import { readSchedule } from '../schedules/repository.ts'
import type { Distribution } from './distribution.ts'
import type { Cause } from './events.ts'
import { getDistribution, listDistributions } from './repository.ts'
import { draftBody, editBody, listQuery, planBody, unpublishBody, variantBody } from './requests.ts'
import { distributionView, etagOf, scheduleView, showDistribution, showSchedule } from './responses.ts'
import type { Precondition } from './service.ts'

export const access = { access: ['editor', 'admin'] } as const
const tags = ['Distributions']
export const params = z.strictObject({ id: z.string().min(1).max(128) })
export const ifMatch = z.looseObject({
  'if-match': z.string().max(1_000).describe('The ETag of what is to be changed, or *'),
})
const one = { 200: distributionView, ...describeProblems(401, 403, 404) }
const withBody = describeProblems(413, 415)

export function causeOf(request: FastifyRequest): Cause {
  return {
    tenantId: request.tenantId,
    correlationId: request.id,
    causationId: null,
    traceparent: request.traceparent ?? undefined,
  }
}

/** By the ETag the caller has seen (RFC 9110, 13.1.1): without it, nothing is changed that may be somebody else's by now. */
export const preconditionRequired: preValidationHookHandler = (request, _reply, done) => {
  const title = 'If-Match must name the ETag of what you have read'
  const isMissing = request.headers['if-match'] === undefined
  done(isMissing ? new AppError('precondition-required', 'if-match.missing', title) : undefined)
}

export function preconditionOf({ 'if-match': wanted }: z.output<typeof ifMatch>): Precondition {
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

function answerCreated(reply: FastifyReply, distribution: Distribution) {
  void reply.code(201).header('location', `/api/distributions/${distribution.id}`)
  return answer(reply, distribution)
}

export function addDistributionRoutes(app: HttpApp, { db, distributions }: Context): void {
  app.get(
    '/api/distributions',
    {
      config: access,
      schema: {
        tags,
        summary: 'The distributions of the tenant, newest first',
        querystring: z.strictObject({ ...listQuery, cursor: distributionId.optional(), limit }),
        response: { 200: pageOf(distributionView), ...describeProblems(401, 403) },
      },
    },
    async ({ tenantId, query }) => {
      const { courseId, derivedFrom: parentId, visibility, language, targetGroup, q: text } = query
      const filter = { courseId, parentId, visibility, language, targetGroup, text }
      const page = { before: query.cursor, limit: query.limit + 1 }
      return toPage(await listDistributions(db, tenantId, filter, page), query.limit, ({ id }) => id, showDistribution)
    },
  )

  app.post(
    '/api/distributions',
    {
      config: access,
      schema: {
        tags,
        summary: 'Make a distribution by hand',
        body: draftBody,
        response: { 201: distributionView, ...describeProblems(401, 403, 409, 422), ...withBody },
      },
    },
    async (request, reply) => {
      return answerCreated(reply, await distributions.create(request.body, causeOf(request)))
    },
  )

  app.get(
    '/api/distributions/:id',
    { config: access, schema: { tags, summary: 'One distribution', params, response: one } },
    async ({ tenantId, params: { id } }, reply) => answer(reply, await getDistribution(db, tenantId, id)),
  )

  app.patch(
    '/api/distributions/:id',
    {
      config: access,
      preValidation: preconditionRequired,
      schema: {
        tags,
        summary: 'Change a distribution',
        params,
        headers: ifMatch,
        body: editBody,
        response: { ...one, ...describeProblems(409, 412, 422, 428), ...withBody },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request
      const isFresh = preconditionOf(headers)
      return answer(reply, await distributions.change(params.id, body, isFresh, causeOf(request)))
    },
  )

  app.delete(
    '/api/distributions/:id',
    {
      config: access,
      preValidation: preconditionRequired,
      schema: {
        tags,
        summary: 'Remove a distribution; with variants, say what becomes of them',
        params,
        headers: ifMatch,
        querystring: z.strictObject({ variants: z.enum(['keep', 'delete']).optional() }),
        response: {
          204: z.undefined().describe('Removed'),
          ...describeProblems(401, 403, 404, 409, 412, 413, 415, 428),
        },
      },
    },
    async (request, reply) => {
      const { params, query, headers, caller } = request
      const isFresh = preconditionOf(headers)
      const options = { variants: query.variants, deletedBy: caller.id, isFresh }
      await distributions.remove(params.id, options, causeOf(request))
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/distributions/:id/publish',
    {
      config: access,
      schema: {
        tags,
        summary: 'Show a distribution to the public; again is the same',
        params,
        response: { ...one, ...describeProblems(409, 422), ...withBody },
      },
    },
    async (request, reply) => answer(reply, await distributions.publish(request.params.id, causeOf(request))),
  )

  app.post(
    '/api/distributions/:id/unpublish',
    {
      config: access,
      schema: {
        tags,
        summary: 'Hide a distribution from the public; again is the same',
        params,
        body: unpublishBody,
        response: { ...one, ...withBody },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      return answer(reply, await distributions.unpublish(params.id, body.reason, causeOf(request)))
    },
  )

  app.get(
    '/api/distributions/:id/schedule',
    {
      config: access,
      schema: {
        tags,
        summary: 'What is planned for the visibility of a distribution',
        params,
        response: { 200: scheduleView, ...describeProblems(401, 403, 404) },
      },
    },
    async ({ tenantId, params: { id } }) => {
      await getDistribution(db, tenantId, id)
      return showSchedule(await readSchedule(db, id))
    },
  )

  app.put(
    '/api/distributions/:id/schedule',
    {
      config: access,
      schema: {
        tags,
        summary: 'Plan when a distribution is shown and hidden, in place of what was planned; an empty plan cancels it',
        params,
        body: planBody,
        response: { 200: scheduleView, ...describeProblems(401, 403, 404, 422), ...withBody },
      },
    },
    async (request) => {
      const { publishAt = null, unpublishAt = null, reason = null } = request.body
      const plan = { publishAt, unpublishAt, reason }
      return showSchedule(await distributions.schedule(request.params.id, plan, causeOf(request)))
    },
  )

  app.post(
    '/api/distributions/:id/micro-niches',
    {
      config: access,
      schema: {
        tags,
        summary: 'Derive a variant for a narrower audience; what it does not override follows its parent',
        params,
        body: variantBody,
        response: { 201: distributionView, ...describeProblems(401, 403, 404, 409, 422), ...withBody },
      },
    },
    async (request, reply) => {
      const { canonical, ...overrides } = request.body
      const variant = { ...overrides, hasOwnCanonical: canonical === 'own' }
      return answerCreated(reply, await distributions.derive(request.params.id, variant, causeOf(request)))
    },
  )
}
