import { id } from '@coursewire/events'
import { type Database, type HttpApp, namesEntity } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { listCoursesOf } from './repository.ts'
import type { Document, Recommendations } from './service.ts'

const MAX_ASKED = 20

const courseIds = z
  .string()
  .transform((list) => [...new Set(list.split(','))])
  .pipe(z.array(id).max(MAX_ASKED))
  .describe(`The ids of courses, separated by commas, at most ${MAX_ASKED} different ones`)

const list = z.array(z.string())
const recommendations = z
  .object({
    popular: list.describe('The courses that most learners have'),
    trending: list.describe('The courses that most learners have joined lately; a week makes half of one'),
  })
  .meta({
    id: 'Recommendations',
    example: { popular: ['course_1', 'course_2'], trending: ['course_2'] },
  })
const companions = z
  .object({
    items: z.array(
      z.object({ courseId: z.string(), alsoChosen: list.describe('The most surprising one first; none is by chance') }),
    ),
  })
  .meta({ id: 'AlsoChosen', example: { items: [{ courseId: 'course_1', alsoChosen: ['course_2'] }] } })

const at = '2026-12-01T08:00:00.000000Z'
const accountData = z
  .object({
    courses: z.array(
      z.object({
        courseId: z.string(),
        activation: z.int().describe('How often the person has joined it'),
        hasLeft: z.boolean(),
        changedAt: z.string().describe('When the person has joined it, or left it'),
      }),
    ),
  })
  .meta({
    id: 'AccountData',
    example: { courses: [{ courseId: 'course_1', activation: 1, hasLeft: false, changedAt: at }] },
  })

const tags = ['Recommendations']
const unchanged = z.undefined().describe('Not changed')
const answerHeaders = { 200: ['ETag'], 304: ['ETag'] } as const
const config = { access: 'public', isQuiet: true } as const

/** Adds what everybody may know of what others have chosen: ids of courses that the catalogue lists, no numbers and nobody. */
export function addRecommendationRoutes(
  app: HttpApp,
  { db, recommendations: made }: { db: Database; recommendations: Recommendations },
): void {
  app.get(
    '/api/recommendations',
    {
      schema: {
        operationId: 'getRecommendations',
        tags,
        summary: 'The courses that are chosen most, at all times and now',
        querystring: z.strictObject({}),
        answerHeaders,
        response: { 200: recommendations, 304: unchanged },
      },
      config,
    },
    async (request, reply) => send(request, reply as FastifyReply, await made.show(request.tenantId)),
  )

  app.get(
    '/api/recommendations/courses',
    {
      schema: {
        operationId: 'getAlsoChosen',
        tags,
        summary: 'What learners of courses also chose',
        description:
          'Courses that fewer than five learners share are left out. A private course, or an unknown one, has none.',
        querystring: z.strictObject({ courseId: courseIds }),
        answerHeaders,
        response: { 200: companions, 304: unchanged },
      },
      config,
    },
    async (request, reply) =>
      send(request, reply as FastifyReply, await made.show(request.tenantId, request.query.courseId)),
  )

  app.get(
    '/internal/accounts/:accountId/data',
    {
      config: { access: ['service'] },
      schema: {
        tags: ['Internal'],
        operationId: 'getAccountData',
        summary: 'Everything that is stored about a person',
        params: z.strictObject({ accountId: id }),
        response: { 200: accountData },
      },
    },
    async ({ tenantId, params }) => ({ courses: await listCoursesOf(db, { tenantId, studentId: params.accountId }) }),
  )
}

/** A cache must ask again for every answer, so that none recommends a course that is private now. */
function send(request: FastifyRequest, reply: FastifyReply, { etag, body }: Document) {
  void reply.headers({ 'cache-control': 'no-cache', etag })
  const known = request.headers['if-none-match']
  if (known !== undefined && namesEntity(known, etag, 'weakly')) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(body)
}
