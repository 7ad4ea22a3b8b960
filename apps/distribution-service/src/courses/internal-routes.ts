import { AppError, describeProblems, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { internalNames, pickFields, shownContent } from '../entries/content.ts'
import { courseId, limit, pageOf, toPage } from '../paging.ts'
import { findCourse, listCourses } from './repository.ts'

const internalCourse = z.object({
  courseId: z.string(),
  slug: z.string(),
  ...pickFields(shownContent, internalNames),
  totalLessons: z.int().nullable(),
  public: z.boolean().describe('Whether any of its distributions is'),
})

const config = { access: ['service'] } as const
const tags = ['Internal']

/** For other services: every course, public or not, as a mail must not depend on visibility. */
export function addInternalRoutes(app: HttpApp, { db }: Context): void {
  app.get(
    '/internal/courses',
    {
      config,
      schema: {
        tags,
        summary: 'All courses of the tenant, by course id',
        querystring: z.strictObject({ cursor: courseId.optional(), limit }),
        response: { 200: pageOf(internalCourse), ...describeProblems(401, 403) },
      },
    },
    async ({ tenantId, query }) => {
      const found = await listCourses(db, tenantId, { after: query.cursor, limit: query.limit + 1 })
      return toPage(
        found,
        query.limit,
        ({ courseId }) => courseId,
        (course) => course,
      )
    },
  )

  app.get(
    '/internal/courses/:courseId',
    {
      config,
      schema: {
        tags,
        summary: 'One course',
        params: z.strictObject({ courseId }),
        response: { 200: internalCourse, ...describeProblems(401, 403, 404) },
      },
    },
    async ({ tenantId, params }) => {
      const course = await findCourse(db, tenantId, params.courseId)
      if (!course) throw new AppError('not-found', 'course.not-found', 'Course not found', params)
      return course
    },
  )
}
