import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { appendToOutbox } from '@coursewire/messaging'
import { AppError, type Caller, createBatcher, type Database, now, type Transaction } from '@coursewire/service-kit'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { CourseService } from '../courses/service.ts'
import {
  buildCancelled,
  buildProgressed,
  type CancellationReason,
  type Cause,
  type Draft,
  draftEnrollment,
  draftReturn,
  type Enrolled,
  type Enrollment,
  type EnrollmentOrder,
  judge,
  notBefore,
  type Obstacle,
  type StoredEnrollment,
} from './enrollment.ts'
import * as repository from './repository.ts'

type Result = Enrolled | { obstacle: Obstacle }
export type Assigned = { order: EnrollmentOrder; result: Result | { failure: unknown } }

const noCourse = { obstacle: 'no-course' } as const

/** A student's request about their enrolment in a course. */
export interface StudentRequest extends Cause {
  student: Caller
  courseId: string
}

export function createEnrollmentService(options: {
  pool: Pool
  db: Database
  courses: CourseService
  topicArn: string | null
  onCommitted: () => void
}) {
  const { pool, db, courses, topicArn, onCommitted } = options
  // A commit is the dearest part of an enrolment: those that come while others are written share the next one.
  const shared = { maxBatch: 200, busyCode: 'enrollments.busy', isRepeatable: true }
  const write = createBatcher(writeDrafts, { ...shared, concurrent: 2, maxWaiting: 2_000, maxWaitMs: 2_000 })
  // In a queue of its own, so that no long list takes the students' places.
  const writeAssigned = createBatcher(writeDrafts, { ...shared, concurrent: 1, maxWaiting: 10_000, maxWaitMs: 10_000 })

  function draftFirst(order: EnrollmentOrder): Draft {
    const at = now()
    const occasion = { id: `enr_${uuidv7()}`, activation: 1, createdAt: at, at, eventId: randomUUID() }
    return draftEnrollment(order, occasion, topicArn)
  }

  async function writeDrafts(drafts: Draft[]): Promise<Result[]> {
    const results: Result[] = []
    const open = new Map(drafts.entries())
    // A return takes a second round, because only what is stored says which activation it is; and another one for each time that somebody
    // else was faster.
    while (open.size > 0) {
      const attempted = [...open.values()]
      const written = await repository.writeEnrollments(pool, attempted)
      if (written.size > 0) onCommitted()
      // A second statement, because a conflicting row may have been committed after the first one's snapshot.
      const others = attempted.filter((draft) => !written.has(draft))
      const found = await repository.findStored(db, others)
      for (const [index, draft] of open) {
        const known = found.get(draft)
        const result = known ? judge(draft, known) : { enrollment: draft.record, isNew: true }
        if ('left' in result) open.set(index, draftReturn(draft, result.left, randomUUID(), topicArn))
        else {
          results[index] = result
          open.delete(index)
        }
      }
    }
    return results
  }

  async function getLocked(tx: Transaction, { student, courseId }: StudentRequest): Promise<StoredEnrollment> {
    const stored = await repository.lockEnrollment(tx, student, courseId)
    if (!stored) throw new AppError('not-found', 'enrollment.not-found', 'Enrollment not found')
    return stored
  }

  return {
    /**
     * Enrols once; a repeated order gets the existing record. Throws `course.not-found` if the course is not open, and `account.gone`,
     * `account.disabled`, `account.unverified` or `role.insufficient` if the account may not enrol.
     */
    async enroll(order: EnrollmentOrder, answer: Writable): Promise<Enrolled> {
      const draft = draftFirst(order)
      const { tenantId, correlationId } = order.meta
      const first = await write(draft, answer)
      const isOpenAfterAll =
        'obstacle' in first &&
        first.obstacle === 'no-course' &&
        (await courses.reconsider(tenantId, order.courseId, correlationId))
      const result = isOpenAfterAll ? await write(draft, answer) : first
      if ('obstacle' in result) throw refusalOf(result.obstacle)
      return result
    },

    /**
     * Carries out an administrator's orders, each by itself: a failure undoes no other. Their courses may be private. All are of one tenant.
     */
    async assign(orders: EnrollmentOrder[]): Promise<Assigned[]> {
      const checks = new Map<string, Promise<boolean>>()
      function exists({ courseId, meta }: EnrollmentOrder): Promise<boolean> {
        const check = checks.get(courseId) ?? courses.exists(meta.tenantId, courseId, meta.correlationId)
        checks.set(courseId, check)
        return check
      }
      return Promise.all(
        orders.map(async (order): Promise<Assigned> => {
          try {
            const result = (await exists(order)) ? await writeAssigned(draftFirst(order)) : noCourse
            return { order, result }
          } catch (failure) {
            return { order, result: { failure } }
          }
        }),
      )
    },

    /** Ends the student's activation. Throws `enrollment.not-found`. */
    async leave(
      request: StudentRequest,
      { reason, comment }: { reason: CancellationReason; comment: string | null },
    ): Promise<void> {
      await db.transaction(async (tx) => {
        const stored = await getLocked(tx, request)
        const at = notBefore(stored.nextFrom, now())
        await repository.writeCancellation(tx, stored.record.id, { at, reason, comment })
        await appendToOutbox(tx, [buildCancelled(stored, reason, request, { eventId: randomUUID(), at })])
      })
      onCommitted()
    },

    /** Records how far the student has come. A lower value changes nothing. Throws `enrollment.not-found`. */
    async progress(request: StudentRequest, progress: number): Promise<Enrollment> {
      const record = await db.transaction(async (tx) => {
        const stored = await getLocked(tx, request)
        if (progress <= stored.record.progress) return stored.record
        const updatedAt = notBefore(stored.nextFrom, now())
        const moved = { ...stored.record, progress, completed: progress === 100, updatedAt }
        await repository.writeProgress(tx, moved)
        await appendToOutbox(tx, [buildProgressed({ ...stored, record: moved }, request, randomUUID())])
        return moved
      })
      onCommitted()
      return record
    },
  }
}

export type EnrollmentService = ReturnType<typeof createEnrollmentService>

/** The refusal of a student's own order. */
function refusalOf(obstacle: Obstacle): AppError {
  switch (obstacle) {
    case 'unknown':
    case 'erased':
      return new AppError('unauthorized', 'account.gone', 'The account is gone')
    case 'no-student':
      return new AppError('forbidden', 'role.insufficient', 'Not allowed with these roles')
    case 'disabled':
      return new AppError('forbidden', 'account.disabled', 'The account is disabled')
    case 'unverified':
      return new AppError('forbidden', 'account.unverified', 'The address of the account is not verified')
    case 'no-course':
      return new AppError('not-found', 'course.not-found', 'Course not found')
  }
}
