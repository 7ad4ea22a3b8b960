import { id } from '@coursewire/events'
import { AppError, type Database, describeProblems } from '@coursewire/service-kit'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findEnrollment, listEnrollments } from './repository.ts'
import type { EnrollmentService } from './service.ts'

const body = z.strictObject({ courseId: id, source: z.enum(['manual', 'auto']).default('manual') })
const page = z.object({
  cursor: z
    .string()
    .regex(/^enr_[\da-f-]{36}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
const moment = z.string().meta({ format: 'date-time' })
const enrollment = z.object({
  id: z.string(),
  userId: z.string(),
  courseId: z.string(),
  enrollmentType: z.enum(['free', 'paid']),
  enrolledAt: moment,
  progress: z.int(),
  completed: z.boolean(),
  paymentStatus: z.enum(['free', 'pending', 'paid']),
  source: z.enum(['manual', 'auto', 'gift', 'admin']),
  createdAt: moment,
  updatedAt: moment,
})

export function enrollmentRoutes(enrollments: EnrollmentService, db: Database): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/enrollments',
      {
        schema: {
          body,
          response: { 200: enrollment, 201: enrollment, ...describeProblems(401, 403, 404, 413, 415) },
        },
        config: { access: ['student'] },
      },
      async (request, reply) => {
        const { caller, tenantId, traceparent } = request
        const left = new AbortController()
        // Does not abort after a finished answer, because an abort costs as much as the rest of the handler.
        reply.raw.once('close', () => reply.raw.writableFinished || left.abort())
        const meta = { tenantId, correlationId: request.id, causationId: null }
        const result = await enrollments.enroll({ userId: caller.id, ...request.body, meta, traceparent }, left.signal)

        const { userId, courseId, enrollmentType } = result.enrollment
        if (result.isNew) request.log.info({ userId, courseId, enrollmentType }, 'Enrollment created')
        return reply.code(result.isNew ? 201 : 200).send(result.enrollment)
      },
    )

    app.get(
      '/api/enrollments',
      {
        schema: {
          querystring: page,
          response: {
            200: z.object({ items: z.array(enrollment), nextCursor: z.string().nullable() }),
            ...describeProblems(401, 403),
          },
        },
        config: { access: ['student'] },
      },
      async (request) => {
        const { cursor, limit } = request.query
        const found = await listEnrollments(db, request.caller, { cursor, limit: limit + 1 })
        const items = found.slice(0, limit)
        return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
      },
    )

    app.get(
      '/api/enrollments/:courseId',
      {
        schema: {
          params: z.object({ courseId: id }),
          response: { 200: enrollment, ...describeProblems(401, 403, 404) },
        },
        config: { access: ['student'] },
      },
      async (request) => {
        const found = await findEnrollment(db, request.caller, request.params.courseId)
        if (!found) throw new AppError('not-found', 'enrollment.not-found', 'Enrollment not found')
        return found
      },
    )
  }
}
