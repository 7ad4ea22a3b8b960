import { AppError, type Database, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { internalNames, pickFields, shownContent } from '../entries/content.ts'
import { params as distributionParams } from '../entries/http.ts'
import { getDistribution } from '../entries/repository.ts'
import { exampleContent } from '../examples.ts'
import { courseId, limit, pageOf, toPage } from '../paging.ts'
import { findCourse, listCourses, wasDeleted } from './repository.ts'

const internalCourse = z
  .object({
    courseId: z.string(),
    slug: z.string(),
    ...pickFields(shownContent, internalNames),
    totalLessons: z.int().nullable(),
    public: z.boolean().describe('Whether any distribution of the course is public'),
  })
  .meta({
    id: 'InternalCourse',
    example: {
      courseId: 'course_1',
      slug: 'sourdough-for-beginners',
      ...pickFields(exampleContent, internalNames),
      totalLessons: 12,
      public: true,
    },
  })

const internalDistribution = z
  .object({
    id: z.string(),
    courseId: z.string(),
    slug: z.string(),
    ...pickFields(shownContent, internalNames),
    listed: z.boolean().describe('Whether lists show it once it is public'),
    public: z.boolean(),
  })
  .meta({
    id: 'InternalDistribution',
    example: {
      id: 'dist_0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f',
      courseId: 'course_1',
      slug: 'sourdough-for-beginners',
      ...pickFields(exampleContent, internalNames),
      listed: true,
      public: true,
    },
  })

const config = { access: ['service'] } as const
const tags = ['Internal']

/** Routes for other services. They show every course, because a mail must not depend on visibility. */
export function addInternalRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/internal/courses',
    {
      config,
      schema: {
        tags,
        operationId: 'listInternalCourses',
        summary: 'List all courses of the tenant by course id',
        querystring: z.strictObject({ cursor: courseId.optional(), limit }),
        response: { 200: pageOf(internalCourse) },
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
        operationId: 'getInternalCourse',
        summary: 'Get a course',
        refusals: { 404: 'course.not-found', 410: 'course.gone' },
        params: z.strictObject({ courseId }),
        response: { 200: internalCourse },
      },
    },
    async ({ tenantId, params }) => {
      const course = await findCourse(db, tenantId, params.courseId)
      if (course) return course
      const isGone = await wasDeleted(db, tenantId, params.courseId)
      throw isGone
        ? new AppError('gone', 'course.gone', 'The course was deleted', params)
        : new AppError('not-found', 'course.not-found', 'Course not found', params)
    },
  )

  app.get(
    '/internal/distributions/:id',
    {
      config,
      schema: {
        tags,
        operationId: 'getInternalDistribution',
        summary: 'Get a distribution, public or not',
        refusals: { 404: 'distribution.not-found' },
        params: distributionParams,
        response: { 200: internalDistribution },
      },
    },
    async ({ tenantId, params }) => {
      const distribution = await getDistribution(db, tenantId, params.id)
      return {
        ...pickFields(distribution, ['id', 'courseId', 'slug', 'listed', ...internalNames]),
        public: distribution.visibility === 'public',
      }
    },
  )
}
