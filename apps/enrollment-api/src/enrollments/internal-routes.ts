import { id } from '@coursewire/events'
import { type Database, type HttpApp, pageOf, toPage } from '@coursewire/service-kit'
import { z } from 'zod'
import { listRecentEnrollments } from './repository.ts'

const MAX_ENROLLMENTS = 1_000
const MAX_AGE_SECONDS = 30 * 86_400

const age = z.coerce.number().int().min(0).max(MAX_AGE_SECONDS)
const query = z.strictObject({
  minAgeSeconds: age.default(600).describe('Leaves out younger ones, whose events may be on their way'),
  maxAgeSeconds: age.default(86_400).describe('Leaves out older ones'),
  cursor: id.optional().describe('The nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(MAX_ENROLLMENTS).default(MAX_ENROLLMENTS).describe('How many at most'),
})
const enrollment = z.object({ id: z.string(), studentId: z.string(), courseId: z.string(), activation: z.int() }).meta({
  id: 'RecentEnrollment',
  example: {
    id: 'enr_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33',
    studentId: 'usr_1',
    courseId: 'course_1',
    activation: 1,
  },
})

/** Adds the list by which another service finds out whether it has missed an enrolment. */
export function addRecentEnrollmentRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/internal/enrollments',
    {
      schema: {
        operationId: 'listRecentEnrollments',
        tags: ['Internal'],
        summary: 'The enrolments of some age that nobody has left, in the order of their ids',
        querystring: query,
        response: { 200: pageOf(enrollment) },
      },
      config: { access: ['service'] },
    },
    async ({ tenantId, query: { limit, cursor: after, ...ages } }) =>
      toPage(await listRecentEnrollments(db, tenantId, { ...ages, after, limit: limit + 1 }), limit),
  )
}
