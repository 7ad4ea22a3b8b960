import { randomUUID } from 'node:crypto'
import { AppError, createBatcher, type Database, type Moment } from '@coursewire/service-kit'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { CourseService } from '../courses/service.ts'
import { type Draft, draftEnrollment, type Enrollment, type EnrollmentOrder } from './enrollment.ts'
import { findStored, insertEnrollments } from './repository.ts'

/** The student's enrolment, and whether this request created it. Null if the course is not open. */
type Result = { enrollment: Enrollment; isNew: boolean } | null

export function createEnrollmentService(options: {
  pool: Pool
  db: Database
  courses: CourseService
  topicArn: string | null
  now: () => Moment
  onCommitted: () => void
}) {
  const { pool, db, courses, topicArn, now, onCommitted } = options
  // A commit is the dearest part of an enrolment: those that come while others are written share the next one.
  const write = createBatcher(writeDrafts, {
    concurrent: 2,
    maxBatch: 200,
    maxWaiting: 2_000,
    maxWaitMs: 2_000,
    busyCode: 'enrollments.busy',
    isRepeatable: true,
  })

  async function writeDrafts(drafts: Draft[]): Promise<Result[]> {
    const written = await insertEnrollments(pool, drafts)
    if (written.size > 0) onCommitted()
    // A second statement, because a conflicting row may have been committed after the first one's snapshot. If a draft's own id is
    // stored, an earlier attempt succeeded but its answer was lost.
    const stored = await findStored(
      db,
      drafts.filter(({ enrollment }) => !written.has(enrollment.id)),
    )
    return drafts.map(({ enrollment }) => {
      if (written.has(enrollment.id)) return { enrollment, isNew: true }
      const found = stored.get(enrollment.id)
      return found ? { enrollment: found, isNew: found.id === enrollment.id } : null
    })
  }

  return {
    /** Enrols once; a repeated order gets the existing record. Throws `course.not-found` if the course is not open. */
    async enroll(order: EnrollmentOrder, signal: AbortSignal): Promise<NonNullable<Result>> {
      const draft = draftEnrollment(order, { id: `enr_${uuidv7()}`, eventId: randomUUID(), at: now() }, topicArn)
      const { tenantId, correlationId } = order.meta
      const result =
        (await write(draft, signal)) ??
        ((await courses.reconsider(tenantId, order.courseId, correlationId)) ? await write(draft, signal) : null)
      if (!result) throw new AppError('not-found', 'course.not-found', 'Course not found')
      return result
    },
  }
}

export type EnrollmentService = ReturnType<typeof createEnrollmentService>
