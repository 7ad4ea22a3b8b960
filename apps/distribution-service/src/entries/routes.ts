import { type Database, describeProblems, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { distributionId, limit, pageOf, toPage } from '../paging.ts'
import {
  access,
  answer,
  answerCreated,
  causeOf,
  createFreshnessCheck,
  ifMatch,
  params,
  preconditionRequired,
  withBody,
} from './http.ts'
import { getDistribution, listDistributions } from './repository.ts'
import { createBody, editBody, listQuery, unpublishBody } from './requests.ts'
import { distributionResponse, showDistribution } from './responses.ts'
import type { EntryService } from './service.ts'

const tags = ['Distributions']
const one = { 200: distributionResponse, ...describeProblems(401, 403, 404) }

export function addEntryRoutes(app: HttpApp, { db, entries }: { db: Database; entries: EntryService }): void {
  app.get(
    '/api/distributions',
    {
      config: access,
      schema: {
        tags,
        summary: 'The distributions of the tenant, newest first',
        querystring: z.strictObject({ ...listQuery, cursor: distributionId.optional(), limit }),
        response: { 200: pageOf(distributionResponse), ...describeProblems(401, 403) },
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
        body: createBody,
        response: { 201: distributionResponse, ...describeProblems(401, 403, 409, 422), ...withBody },
      },
    },
    async (request, reply) => {
      return answerCreated(reply, await entries.create(request.body, causeOf(request)))
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
      const assertFresh = createFreshnessCheck(headers)
      return answer(reply, await entries.change(params.id, body, assertFresh, causeOf(request)))
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
        summary: 'Show a distribution to the public; again is the same',
        params,
        response: { ...one, ...describeProblems(409, 422), ...withBody },
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
        summary: 'Hide a distribution from the public; again is the same',
        params,
        body: unpublishBody,
        response: { ...one, ...withBody },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      return answer(reply, await entries.unpublish(params.id, body.reason, causeOf(request)))
    },
  )
}
