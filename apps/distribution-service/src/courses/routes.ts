import { createHash } from 'node:crypto'
import { AppError, describeProblems, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { cta, fullSeo } from '../distributions/views.ts'
import { distributionId, limit, pageOf, toPage } from '../paging.ts'
import { type Entry, findMoved, findPublic, listPublic } from './repository.ts'

const courseView = z.object({
  course_id: z.string(),
  slug: z.string(),
  canonical_url: z.string(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  target_group: z.array(z.string()),
  total_lessons: z.int().nullable(),
  version: z.string(),
  seo: fullSeo,
  cta,
})

/** The public's view of a course: nothing of what editors and machines know of it besides. */
function toView(entry: Entry, baseUrl: string): z.input<typeof courseView> {
  return {
    course_id: entry.courseId,
    slug: entry.slug,
    canonical_url: `${baseUrl}/courses/${entry.canonicalSlug}`,
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

export function addCourseRoutes(app: HttpApp, { db, config: { PUBLIC_BASE_URL: baseUrl } }: Context): void {
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
      return toPage(
        found,
        query.limit,
        (entry) => entry.distributionId,
        (entry) => toView(entry, baseUrl),
      )
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
          301: z.undefined().describe('It has another slug now'),
          304: z.undefined().describe('As you have it'),
          ...describeProblems(404, 410),
        },
      },
    },
    async (request, reply) => {
      const { tenantId, params } = request
      const entry = await findPublic(db, tenantId, params.slug)
      if (!entry) {
        const moved = await findMoved(db, tenantId, params.slug)
        if (moved === null) throw new AppError('not-found', 'course.not-found', 'Course not found')
        if (moved === 'gone') throw new AppError('gone', 'course.gone', 'The course is not offered any more')
        return reply.redirect(`/api/courses/${moved.slug}`, 301)
      }

      const body = toView(entry, baseUrl)
      const etag = buildEtag(body)
      void reply.headers({ etag, 'cache-control': 'no-cache' })
      return isFresh(request.headers['if-none-match'], etag) ? reply.code(304).send() : body
    },
  )
}
