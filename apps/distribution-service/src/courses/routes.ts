import { createHash } from 'node:crypto'
import { seo } from '@coursewire/events'
import { AppError, describeProblems, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { cta } from '../distributions/routes.ts'
import { distributionId, limit, pageOf, toPage } from '../paging.ts'
import { type Entry, findPublic, listPublic } from './repository.ts'

const courseView = z.object({
  course_id: z.string(),
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  target_group: z.array(z.string()),
  total_lessons: z.int().nullable(),
  version: z.string(),
  seo,
  cta,
})

/** The public's view of a course: nothing of what editors and machines know of it besides. */
function toView(entry: Entry): z.input<typeof courseView> {
  return {
    course_id: entry.courseId,
    slug: entry.slug,
    title: entry.title,
    description: entry.description,
    language: entry.language,
    target_group: entry.targetGroup,
    total_lessons: entry.totalLessons,
    version: `v${entry.version}`,
    seo: entry.seo,
    cta: entry.cta,
  }
}

function buildEtag(body: object): string {
  return `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`
}

function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return known.includes(etag) || known.includes('*')
}

const config = { access: 'public' } as const
const tags = ['Courses']

export function addCourseRoutes(app: HttpApp, { db }: Context): void {
  app.get(
    '/api/courses',
    {
      config,
      schema: {
        tags,
        summary: 'The public courses of the tenant, newest first',
        querystring: z.strictObject({
          language: z.string().min(1).max(35).optional(),
          target_group: z.string().min(1).max(200).optional(),
          cursor: distributionId.optional(),
          limit,
        }),
        response: { 200: pageOf(courseView), ...describeProblems() },
      },
    },
    async ({ tenantId, query }) => {
      const { language, target_group: targetGroup, cursor: before } = query
      const found = await listPublic(db, tenantId, { language, targetGroup, before, limit: query.limit + 1 })
      return toPage(found, query.limit, (entry) => entry.distributionId, toView)
    },
  )

  app.get(
    '/api/courses/:slug',
    {
      config,
      schema: {
        tags,
        summary: 'One public course',
        params: z.strictObject({ slug: z.string().min(1).max(128) }),
        response: {
          200: courseView,
          304: z.undefined().describe('As you have it'),
          ...describeProblems(404),
        },
      },
    },
    async (request, reply) => {
      const entry = await findPublic(db, request.tenantId, request.params.slug)
      if (!entry) throw new AppError('not-found', 'course.not-found', 'Course not found')

      const body = toView(entry)
      const etag = buildEtag(body)
      void reply.headers({ etag, 'cache-control': 'no-cache' })
      return isFresh(request.headers['if-none-match'], etag) ? reply.code(304).send() : body
    },
  )
}
