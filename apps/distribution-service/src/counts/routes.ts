import { AppError, type HttpApp } from '@coursewire/service-kit'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ctaType } from '../entries/content.ts'
import { categorizeReferrer, isNobody } from './referrer.ts'
import type { CountService } from './service.ts'

/** Per address. A class that opens its course at once stays below it, a machine that makes numbers up does not. */
const MAX_A_MINUTE = 600

/** The body of a view or a click is short. */
const BODY_LIMIT = 4 * 1024

const config = { access: 'public', isAnonymous: true } as const
const tags = ['Counts']
const params = z.strictObject({ slug: z.string().min(1).max(128) })
const viewBody = z
  .strictObject({
    referrer: z
      .string()
      .optional()
      .describe('The document.referrer of the page; empty for none. Without it the header Referer counts'),
    ctaType: ctaType.optional().describe('The call to action that the page shows'),
  })
  .nullable()
  .meta({ id: 'View', example: { referrer: 'https://www.example.com/', ctaType: 'primary_button' } })
const clickBody = z.strictObject({ ctaType }).meta({ id: 'Click', example: { ctaType: 'primary_button' } })
const accepted = { 202: z.undefined().describe('Counted if the course exists') }
const utm = z.string().max(200).optional()

/** Counts views and clicks. It does not read who a visitor is, and of the referrer it keeps only the category. */
export function addCountRoutes(
  app: HttpApp,
  { counts, ownHosts }: { counts: CountService; ownHosts: ReadonlySet<string> },
): void {
  const countRequest = app.createRateLimit({ max: MAX_A_MINUTE, timeWindow: 60_000 })

  async function limit(request: FastifyRequest): Promise<void> {
    const count = await countRequest(request)
    if (count.isAllowed || !count.isExceeded) return
    throw new AppError('rate-limited', 'counts.too-many', 'Too many views and clicks from this address', {
      retryAfterSeconds: count.ttlInSeconds,
    })
  }

  app.post(
    '/api/courses/:slug/views',
    {
      config,
      onRequest: limit,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        operationId: 'countView',
        summary: 'Count a view of a course page',
        refusals: { 429: 'counts.too-many' },
        description: 'Send the body as JSON, by fetch with keepalive or by sendBeacon with a Blob of that type.',
        params,
        querystring: z.object({ utm_source: utm, utm_medium: utm }),
        body: viewBody,
        response: accepted,
      },
    },
    async ({ tenantId, params: { slug }, headers, query, body }, reply) => {
      if (!isNobody(headers)) {
        const referrer = body?.referrer ?? headers.referer ?? ''
        const referrerCategory = categorizeReferrer(referrer, query, ownHosts)
        counts.view({ tenantId, slug, referrerCategory, ctaType: body?.ctaType ?? null })
      }
      return reply.code(202).send(undefined)
    },
  )

  app.post(
    '/api/courses/:slug/enrollment-clicks',
    {
      config,
      onRequest: limit,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        operationId: 'countEnrollmentClick',
        summary: 'Count a click on the enrol button',
        refusals: { 429: 'counts.too-many' },
        params,
        body: clickBody,
        response: accepted,
      },
    },
    async ({ tenantId, params: { slug }, headers, body: { ctaType } }, reply) => {
      if (!isNobody(headers)) await counts.click({ tenantId, slug, ctaType })
      return reply.code(202).send(undefined)
    },
  )
}
