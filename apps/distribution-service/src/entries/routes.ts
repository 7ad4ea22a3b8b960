import { type Database, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { distributionId, limit, pageOf, toPage } from '../paging.ts'
import { answer, answerCreated, causeOf, createFreshnessCheck, forEditors, forGuardedChange, params } from './http.ts'
import { getDistribution, listDistributions } from './repository.ts'
import { createBody, editBody, listQuery, unpublishBody } from './requests.ts'
import { distributionResponse, showDistribution } from './responses.ts'
import type { EntryService } from './service.ts'

const tags = ['Distributions']

export function addEntryRoutes(app: HttpApp, { db, entries }: { db: Database; entries: EntryService }): void {
  app.get(
    '/api/distributions',
    forEditors({
      tags,
      operationId: 'listDistributions',
      summary: 'List the distributions of the tenant, the newest first',
      querystring: z.strictObject({ ...listQuery, cursor: distributionId.optional(), limit }),
      response: { 200: pageOf(distributionResponse) },
    }),
    async ({ tenantId, query }) => {
      const { courseId, derivedFrom: parentId, visibility, language, targetGroup, q: text } = query
      const filter = { courseId, parentId, visibility, language, targetGroup, text }
      const page = { before: query.cursor, limit: query.limit + 1 }
      return toPage(await listDistributions(db, tenantId, filter, page), query.limit, ({ id }) => id, showDistribution)
    },
  )

  app.post(
    '/api/distributions',
    forEditors({
      tags,
      operationId: 'createDistribution',
      summary: 'Create a distribution',
      refusals: { 409: 'slug.taken', 422: 'event.too-large' },
      answerHeaders: { 201: ['ETag', 'Location'] },
      body: createBody,
      response: { 201: distributionResponse },
    }),
    async (request, reply) => {
      return answerCreated(reply, await entries.create(request.body, causeOf(request)))
    },
  )

  app.get(
    '/api/distributions/:id',
    forEditors({
      tags,
      operationId: 'getDistribution',
      summary: 'Get a distribution',
      refusals: { 404: 'distribution.not-found' },
      answerHeaders: { 200: ['ETag'] },
      params,
      response: { 200: distributionResponse },
    }),
    async ({ tenantId, params: { id } }, reply) => answer(reply, await getDistribution(db, tenantId, id)),
  )

  app.patch(
    '/api/distributions/:id',
    forGuardedChange({
      tags,
      operationId: 'changeDistribution',
      summary: 'Change a distribution',
      refusals: {
        404: 'distribution.not-found',
        409: ['slug.taken', 'variant.language', 'variant.target-group', 'distribution.incomplete'],
        422: 'event.too-large',
      },
      answerHeaders: { 200: ['ETag'] },
      params,
      body: editBody,
      response: { 200: distributionResponse },
    }),
    async (request, reply) => {
      const { params, body, headers } = request
      const assertFresh = createFreshnessCheck(headers)
      return answer(reply, await entries.change(params.id, body, assertFresh, causeOf(request)))
    },
  )

  app.delete(
    '/api/distributions/:id',
    forGuardedChange({
      tags,
      operationId: 'removeDistribution',
      summary: 'Delete a distribution; if it has variants, keep or delete them',
      refusals: { 404: 'distribution.not-found', 409: 'distribution.has-variants' },
      params,
      querystring: z.strictObject({ variants: z.enum(['keep', 'delete']).optional() }),
      response: { 204: z.undefined().describe('Removed') },
    }),
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
    forEditors({
      tags,
      operationId: 'publishDistribution',
      summary: 'Publish a distribution; repeating it changes nothing',
      refusals: { 404: 'distribution.not-found', 409: 'distribution.incomplete', 422: 'event.too-large' },
      answerHeaders: { 200: ['ETag'] },
      params,
      response: { 200: distributionResponse },
    }),
    async (request, reply) => answer(reply, await entries.publish(request.params.id, causeOf(request))),
  )

  app.post(
    '/api/distributions/:id/unpublish',
    forEditors({
      tags,
      operationId: 'unpublishDistribution',
      summary: 'Unpublish a distribution; repeating it changes nothing',
      refusals: { 404: 'distribution.not-found' },
      answerHeaders: { 200: ['ETag'] },
      params,
      body: unpublishBody,
      response: { 200: distributionResponse },
    }),
    async (request, reply) => {
      const { params, body } = request
      return answer(reply, await entries.unpublish(params.id, body.reason, causeOf(request)))
    },
  )
}
