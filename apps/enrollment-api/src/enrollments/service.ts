import { randomUUID } from 'node:crypto'
import { AppError, type Database, type Moment } from '@coursewire/service-kit'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { CourseService } from '../courses/service.ts'
import { createCoalescer } from './coalescer.ts'
import { type Draft, draftEnrollment, type Enrollment, type EnrollmentOrder } from './enrollment.ts'
import { findStored, insertEnrollments } from './repository.ts'

/** The enrolment the student has now, and whether this request made it. Null: the course cannot be enrolled in. */
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
  const coalescer = createCoalescer(writeDrafts)

  async function writeDrafts(drafts: Draft[]): Promise<Result[]> {
    const written = await insertEnrollments(pool, drafts)
    if (written.size > 0) onCommitted()
    // A second statement: what stood in the way may have been committed after the first one's snapshot. An own id among
    // it is that of an attempt whose outcome was not heard of.
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
    /** Enrols once: a repeated order gets the record there is. Throws `course.not-found` for one that is not open. */
    async enroll(order: EnrollmentOrder, signal: AbortSignal): Promise<NonNullable<Result>> {
      const draft = draftEnrollment(order, { id: `enr_${uuidv7()}`, eventId: randomUUID(), at: now() }, topicArn)
      const { tenantId, correlationId } = order.meta
      const result =
        (await coalescer.submit(draft, signal)) ??
        ((await courses.reconsider(tenantId, order.courseId, correlationId))
          ? await coalescer.submit(draft, signal)
          : null)
      if (!result) throw new AppError('not-found', 'course.not-found', 'Course not found')
      return result
    },
  }
}

export type EnrollmentService = ReturnType<typeof createEnrollmentService>
