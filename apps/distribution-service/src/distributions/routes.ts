import { seo, visibility } from '@coursewire/events'
import { describeProblems, type HttpApp } from '@coursewire/service-kit'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { courseId, distributionId, limit, pageOf, toPage } from '../paging.ts'
import type { Distribution } from './distribution.ts'
import type { Cause } from './events.ts'
import { getDistribution, listDistributions } from './repository.ts'

export const cta = z.object({ label: z.string(), type: z.string() })

const distributionView = z.object({
  id: z.string(),
  course_id: z.string(),
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  target_group: z.array(z.string()),
  seo,
  cta,
  visibility,
  version: z.string(),
  derived_from: z.string().nullable(),
  staging_url: z.string().nullable(),
  staging_deployed_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})

function toView(distribution: Distribution): z.input<typeof distributionView> {
  return {
    id: distribution.id,
    course_id: distribution.courseId,
    slug: distribution.slug,
    title: distribution.title,
    description: distribution.description,
    language: distribution.language,
    target_group: distribution.targetGroup,
    seo: distribution.seo,
    cta: distribution.cta,
    visibility: distribution.visibility,
    version: `v${distribution.version}`,
    derived_from: distribution.derivedFrom,
    staging_url: distribution.stagingUrl,
    staging_deployed_at: distribution.stagingDeployedAt,
    created_at: distribution.createdAt,
    updated_at: distribution.updatedAt,
  }
}

function causeOf(request: FastifyRequest): Cause {
  return {
    tenantId: request.tenantId,
    correlationId: request.id,
    causationId: null,
    traceparent: request.traceparent ?? undefined,
  }
}

const config = { access: ['editor', 'admin'] } as const
const tags = ['Distributions']
const params = z.strictObject({ id: z.string().min(1).max(128) })
const answers = { 200: distributionView, ...describeProblems(401, 403, 404) }

export function addDistributionRoutes(app: HttpApp, { db, distributions }: Context): void {
  app.get(
    '/api/distributions',
    {
      config,
      schema: {
        tags,
        summary: 'The distributions of the tenant, newest first',
        querystring: z.strictObject({ courseId: courseId.optional(), cursor: distributionId.optional(), limit }),
        response: { 200: pageOf(distributionView), ...describeProblems(401, 403) },
      },
    },
    async ({ tenantId, query }) => {
      const page = { courseId: query.courseId, before: query.cursor, limit: query.limit + 1 }
      return toPage(await listDistributions(db, tenantId, page), query.limit, ({ id }) => id, toView)
    },
  )

  app.get(
    '/api/distributions/:id',
    { config, schema: { tags, summary: 'One distribution', params, response: answers } },
    async ({ tenantId, params: { id } }) => toView(await getDistribution(db, tenantId, id)),
  )

  app.post(
    '/api/distributions/:id/publish',
    {
      config,
      schema: {
        tags,
        summary: 'Show a distribution to the public; again is the same',
        params,
        response: { ...answers, ...describeProblems(409, 413, 415, 422) },
      },
    },
    async (request) => toView(await distributions.publish(request.params.id, causeOf(request))),
  )

  app.post(
    '/api/distributions/:id/unpublish',
    {
      config,
      schema: {
        tags,
        summary: 'Hide a distribution from the public; again is the same',
        params,
        body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
        response: { ...answers, ...describeProblems(413, 415) },
      },
    },
    async (request) => toView(await distributions.unpublish(request.params.id, request.body.reason, causeOf(request))),
  )
}
