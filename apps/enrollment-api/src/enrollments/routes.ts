import { cancellationReasons, id, text } from '@coursewire/events'
import { AppError, type Database, type HttpApp, pageLimit, pageOf, toPage } from '@coursewire/service-kit'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { moment } from '../fields.ts'
import type { Cause, Enrolled } from './enrollment.ts'
import { findEnrollment, listEnrollments } from './repository.ts'
import type { EnrollmentService } from './service.ts'

const example = {
  id: 'enr_019acc3e-5b1f-7d6a-9c58-2f0e4a7b1d33',
  userId: 'usr_1',
  courseId: 'course_1',
  enrollmentType: 'free',
  enrolledAt: '2026-03-02T09:30:00.000000Z',
  progress: 0,
  completed: false,
  paymentStatus: 'free',
  source: 'manual',
  createdAt: '2026-03-02T09:30:00.000000Z',
  updatedAt: '2026-03-02T09:30:00.000000Z',
}
const body = z
  .strictObject({
    courseId: id,
    source: z.enum(['manual', 'auto']).default('manual'),
    distributionId: id.optional().describe('The distribution whose page the student enrols from'),
    ctaType: id.optional().describe('The call to action on that page'),
  })
  .meta({ id: 'NewEnrollment', example: { courseId: 'course_1', distributionId: 'dist_1', ctaType: 'primary_button' } })
const leaving = z
  .strictObject({
    reason: z.enum(cancellationReasons),
    comment: text(0, 2_000).optional().describe('Only for the people who run the course: no event has it'),
  })
  .meta({ id: 'Leaving', example: { reason: 'no_time' } })
const newProgress = z
  .strictObject({ progress: z.int().min(0).max(100).describe('Percent') })
  .meta({ id: 'NewProgress', example: { progress: 40 } })
const params = z.object({ courseId: id })
const cursor = z.string().regex(/^enr_[\da-f-]{36}$/)
const page = z.object({
  courseId: id.optional().describe('Only the enrolment in this course'),
  cursor: cursor.optional().describe('The nextCursor of the page before'),
  limit: pageLimit,
})
export const enrollment = z
  .object({
    id: z.string(),
    userId: z.string(),
    courseId: z.string(),
    enrollmentType: z.enum(['free', 'paid']),
    enrolledAt: moment,
    progress: z.int().describe('Percent'),
    completed: z.boolean(),
    paymentStatus: z.enum(['free', 'pending', 'paid']),
    source: z.enum(['manual', 'auto', 'gift', 'admin']),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'Enrollment', example })
const tags = ['Enrolments']
const config = { access: ['student'] } as const

export function causeOf({ tenantId, id: correlationId, traceparent }: FastifyRequest): Cause {
  return { meta: { tenantId, correlationId, causationId: null }, traceparent: traceparent ?? undefined }
}

export function logIfNew({ log }: FastifyRequest, { enrollment, isNew }: Enrolled): void {
  const { userId, courseId, enrollmentType } = enrollment
  if (isNew) log.info({ userId, courseId, enrollmentType }, 'Enrollment created')
}

export function addEnrollmentRoutes(
  app: HttpApp,
  { enrollments, db }: { enrollments: EnrollmentService; db: Database },
): void {
  app.post(
    '/api/enrollments',
    {
      schema: {
        operationId: 'enroll',
        tags,
        summary: 'Enrol in a course, also after leaving it; again answers with the same enrolment',
        body,
        response: { 200: enrollment, 201: enrollment },
        refusals: {
          401: 'account.gone',
          403: ['account.unverified', 'account.disabled', 'tenant.forbidden'],
          404: 'course.not-found',
        },
      },
      config,
    },
    async (request, reply) => {
      const order = { userId: request.caller.id, ...request.body, ...causeOf(request) }
      const result = await enrollments.enroll(order, reply.raw)

      logIfNew(request, result)
      return reply.code(result.isNew ? 201 : 200).send(result.enrollment)
    },
  )

  app.get(
    '/api/enrollments',
    {
      schema: {
        operationId: 'listEnrollments',
        tags,
        summary: "The caller's enrolments, newest first",
        querystring: page,
        response: { 200: pageOf(enrollment) },
      },
      config,
    },
    async (request) => {
      const { courseId, cursor, limit } = request.query
      return toPage(await listEnrollments(db, request.caller, { courseId, cursor, limit: limit + 1 }), limit)
    },
  )

  app.get(
    '/api/enrollments/:courseId',
    {
      schema: {
        operationId: 'getEnrollment',
        tags,
        summary: "The caller's enrolment in a course",
        params,
        response: { 200: enrollment },
        refusals: { 404: 'enrollment.not-found' },
      },
      config,
    },
    async (request) => {
      const found = await findEnrollment(db, request.caller, request.params.courseId)
      if (!found) throw new AppError('not-found', 'enrollment.not-found', 'Enrollment not found')
      return found
    },
  )

  app.delete(
    '/api/enrollments/:courseId',
    {
      schema: {
        operationId: 'leaveCourse',
        tags,
        summary: 'Leave a course',
        params,
        body: leaving,
        response: { 204: z.undefined().describe('Left') },
        refusals: { 404: 'enrollment.not-found' },
      },
      config,
    },
    async (request, reply) => {
      const { caller: student, params, body } = request
      const { reason, comment = '' } = body
      await enrollments.leave({ student, ...params, ...causeOf(request) }, { reason, comment: comment || null })
      return reply.code(204).send()
    },
  )

  app.patch(
    '/api/enrollments/:courseId/progress',
    {
      schema: {
        operationId: 'setProgress',
        tags,
        summary: 'Say how far the caller has come; a lower value changes nothing',
        params,
        body: newProgress,
        response: { 200: enrollment },
        refusals: { 404: 'enrollment.not-found' },
      },
      config,
    },
    async (request) => {
      const { caller: student, params, body } = request
      return enrollments.progress({ student, ...params, ...causeOf(request) }, body.progress)
    },
  )
}
