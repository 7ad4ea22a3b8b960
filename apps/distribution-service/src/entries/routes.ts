import { type Database, type HttpApp, ifMatch, requireIfMatch } from '@coursewire/service-kit'
import { z } from 'zod'
import { distributionId, limit, pageOf, toPage } from '../paging.ts'
import { access, answer, answerCreated, causeOf, createFreshnessCheck, params } from './http.ts'
import { getDistribution, listDistributions } from './repository.ts'
import { createBody, editBody, listQuery, unpublishBody } from './requests.ts'
import { distributionResponse, showDistribution } from './responses.ts'
import type { EntryService } from './service.ts'

const tags = ['Distributions']

export function addEntryRoutes(app: HttpApp, { db, entries }: { db: Database; entries: EntryService }): void {
  app.get(
    '/api/distributions',
    {
      config: access,
      schema: {
        tags,
        operationId: 'listDistributions',
        summary: 'The distributions of the tenant, newest first',
        querystring: z.strictObject({ ...listQuery, cursor: distributionId.optional(), limit }),
        response: { 200: pageOf(distributionResponse) },
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
        operationId: 'createDistribution',
        summary: 'Make a distribution by hand',
        refusals: { 409: 'slug.taken', 422: 'event.too-large' },
        answerHeaders: { 201: ['ETag', 'Location'] },
        body: createBody,
        response: { 201: distributionResponse },
      },
    },
    async (request, reply) => {
      return answerCreated(reply, await entries.create(request.body, causeOf(request)))
    },
  )

  app.get(
    '/api/distributions/:id',
    {
      config: access,
      schema: {
        tags,
        operationId: 'getDistribution',
        summary: 'One distribution',
        refusals: { 404: 'distribution.not-found' },
        answerHeaders: { 200: ['ETag'] },
        params,
        response: { 200: distributionResponse },
      },
    },
    async ({ tenantId, params: { id } }, reply) => answer(reply, await getDistribution(db, tenantId, id)),
  )

  app.patch(
    '/api/distributions/:id',
    {
      config: access,
      preValidation: requireIfMatch,
      schema: {
        tags,
        operationId: 'changeDistribution',
        summary: 'Change a distribution',
        refusals: {
          404: 'distribution.not-found',
          409: ['slug.taken', 'variant.language', 'variant.target-group', 'distribution.incomplete'],
          412: 'if-match.stale',
          422: 'event.too-large',
          428: 'if-match.missing',
        },
        answerHeaders: { 200: ['ETag'] },
        params,
        headers: ifMatch,
        body: editBody,
        response: { 200: distributionResponse },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request
      const assertFresh = createFreshnessCheck(headers)
      return answer(reply, await entries.change(params.id, body, assertFresh, causeOf(request)))
    },
  )

  app.delete(
    '/api/distributions/:id',
    {
      config: access,
      preValidation: requireIfMatch,
      schema: {
        tags,
        operationId: 'removeDistribution',
        summary: 'Remove a distribution; with variants, say what becomes of them',
        refusals: {
          404: 'distribution.not-found',
          409: 'distribution.has-variants',
          412: 'if-match.stale',
          428: 'if-match.missing',
        },
        params,
        headers: ifMatch,
        querystring: z.strictObject({ variants: z.enum(['keep', 'delete']).optional() }),
        response: {
          204: z.undefined().describe('Removed'),
        },
      },
    },
    async (request, reply) => {
      const { params, query, headers, caller } = request
      const assertFresh = createFreshnessCheck(headers)
      const options = { variants: query.variants, deletedBy: caller.id, assertFresh }
      await entries.remove(params.id, options, causeOf(request))
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/distributions/:id/publish',
    {
      config: access,
      schema: {
        tags,
        operationId: 'publishDistribution',
        summary: 'Show a distribution to the public; again is the same',
        refusals: { 404: 'distribution.not-found', 409: 'distribution.incomplete', 422: 'event.too-large' },
        answerHeaders: { 200: ['ETag'] },
        params,
        response: { 200: distributionResponse },
      },
    },
    async (request, reply) => answer(reply, await entries.publish(request.params.id, causeOf(request))),
  )

  app.post(
    '/api/distributions/:id/unpublish',
    {
      config: access,
      schema: {
        tags,
        operationId: 'unpublishDistribution',
        summary: 'Hide a distribution from the public; again is the same',
        refusals: { 404: 'distribution.not-found' },
        answerHeaders: { 200: ['ETag'] },
        params,
        body: unpublishBody,
        response: { 200: distributionResponse },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      return answer(reply, await entries.unpublish(params.id, body.reason, causeOf(request)))
    },
  )
}
