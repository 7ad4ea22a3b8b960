import { id } from '@coursewire/events'
import { describeProblem, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Obstacle } from './enrollment.ts'
import { causeOf, logIfNew } from './routes.ts'
import type { Assigned, EnrollmentService } from './service.ts'

const MAX_PAIRS = 1_000
/** Each course that is not open is asked about. */
const MAX_COURSES = 100

const body = z
  .strictObject({
    studentIds: z.array(id).min(1).max(MAX_PAIRS),
    courseIds: z.array(id).min(1).max(MAX_COURSES),
    source: z.enum(['gift', 'admin']),
  })
  .refine(
    ({ studentIds, courseIds }) => studentIds.length * courseIds.length <= MAX_PAIRS,
    `More than ${MAX_PAIRS} pairs of a student and a course`,
  )
  .meta({
    id: 'Assignment',
    description: `Each student and each course, at most ${MAX_PAIRS} pairs`,
    example: { studentIds: ['usr_1', 'usr_2'], courseIds: ['course_1'], source: 'gift' },
  })

const refusals = {
  unknown: { status: 404, code: 'student.not-found' },
  'no-student': { status: 404, code: 'student.not-found' },
  erased: { status: 410, code: 'student.gone' },
  disabled: { status: 403, code: 'account.disabled' },
  unverified: { status: 403, code: 'account.unverified' },
  'no-course': { status: 404, code: 'course.not-found' },
} as const satisfies Record<Obstacle, { status: number; code: string }>

/** The errors of `assign`. */
const failures = ['tenant.forbidden', 'service.unavailable', 'server.error'] as const
const code = z.enum([...Object.values(refusals).map((refusal) => refusal.code), ...failures])

const assignments = z
  .object({
    results: z.array(
      z.object({
        studentId: z.string(),
        courseId: z.string(),
        status: z.int().describe('201 enrolled, 200 enrolled already, any other refused'),
        code: code.optional().describe('Why it was refused'),
      }),
    ),
  })
  .meta({
    id: 'Assignments',
    example: {
      results: [
        { studentId: 'usr_1', courseId: 'course_1', status: 201 },
        { studentId: 'usr_2', courseId: 'course_1', status: 404, code: 'student.not-found' },
      ],
    },
  })
type Shown = Pick<z.input<typeof assignments>['results'][number], 'status' | 'code'>

export function addAssignmentRoutes(app: HttpApp, { enrollments }: { enrollments: EnrollmentService }): void {
  app.post(
    '/api/admin/enrollments',
    {
      schema: {
        operationId: 'assignCourses',
        tags: ['Enrolments'],
        summary: 'Enrol each student in each course, private ones too; one result a pair, and none undoes another',
        body,
        response: { 207: assignments },
        refusals: { 403: 'tenant.forbidden' },
      },
      config: { access: ['admin'] },
    },
    async (request, reply) => {
      const { studentIds, courseIds, source } = request.body
      const cause = causeOf(request)
      const orders = [...new Set(studentIds)].flatMap((userId) =>
        [...new Set(courseIds)].map((courseId) => ({ userId, courseId, source, ...cause })),
      )
      const assigned = await enrollments.assign(orders)

      const failed = assigned.flatMap(({ result }) => ('failure' in result ? [result.failure] : []))
      if (failed.length === assigned.length) throw failed[0]
      const results = assigned.map(({ order: { userId, courseId }, result }) => {
        if ('failure' in result) request.log.warn({ err: result.failure, userId, courseId }, 'Enrollment failed')
        else if ('enrollment' in result) logIfNew(request, result)
        return { studentId: userId, courseId, ...show(result) }
      })
      return reply.code(207).send({ results })
    },
  )
}

function show(result: Assigned['result']): Shown {
  if ('enrollment' in result) return { status: result.isNew ? 201 : 200 }
  if ('obstacle' in result) return refusals[result.obstacle]
  const { status, code } = describeProblem(result.failure)
  return { status, code: code as (typeof failures)[number] }
}
