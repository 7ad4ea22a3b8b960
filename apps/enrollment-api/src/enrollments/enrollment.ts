import {
  type cancellationReasons,
  type EventMeta,
  enrollmentCancelled,
  enrollmentCompleted,
  enrollmentProgressed,
  toSnsEnrollmentCompleted,
} from '@coursewire/events'
import { type LogLines, type OutboxRow, toKafkaRow, toSnsRow } from '@coursewire/messaging'
import type { Moment, Role } from '@coursewire/service-kit'

export interface Enrollment {
  id: string
  userId: string
  courseId: string
  enrollmentType: 'free' | 'paid'
  enrolledAt: Moment
  progress: number
  completed: boolean
  paymentStatus: 'free' | 'pending' | 'paid'
  source: 'manual' | 'auto' | 'gift' | 'admin'
  createdAt: Moment
  updatedAt: Moment
}

/** An enrolment as it is stored, with what its record does not show. */
export interface StoredEnrollment {
  record: Enrollment
  /** How often the student has joined the course. */
  activation: number
  isCancelled: boolean
  /** The earliest moment of the next change, so that the moments of an enrolment grow in the order of its changes on all clocks. */
  nextFrom: Moment
}

export type CancellationReason = (typeof cancellationReasons)[number]

/** The log lines for an enrolment's event: when a destination has accepted it, and when one first refuses it. */
export const logLines: Record<string, LogLines> = {
  [enrollmentCompleted.type]: {
    published: 'Enrollment completed event published',
    failed: 'Failed to publish enrollment event',
  },
}

/** The request behind a change. */
export interface Cause {
  meta: EventMeta
  traceparent: string | undefined
}

export interface EnrollmentOrder extends Cause {
  userId: string
  courseId: string
  source: Enrollment['source']
  /** The page on which the student enrolled, and its call to action. */
  distributionId?: string | undefined
  ctaType?: string | undefined
}

/** An activation that has not been written yet, with the messages that will announce it. */
export interface Draft {
  order: EnrollmentOrder
  record: Enrollment
  activation: number
  messages: OutboxRow[]
}

/** The values that an activation is given from outside, so that drafting is pure. `at` is its moment. */
export interface Occasion {
  id: string
  activation: number
  createdAt: Moment
  at: Moment
  eventId: string
}

/** Drafts a free enrolment, or the return to one that was left. */
export function draftEnrollment(order: EnrollmentOrder, occasion: Occasion, topicArn: string | null): Draft {
  const { userId, courseId, source, distributionId, ctaType, meta, traceparent } = order
  const { id, activation, createdAt, at, eventId } = occasion
  const event = enrollmentCompleted.build(
    {
      enrollment_id: id,
      student_id: userId,
      course_id: courseId,
      enrollment_type: 'free',
      enrolled_at: at,
      source,
      payment_status: 'free',
      activation,
      ...(distributionId !== undefined && { distribution_id: distributionId }),
      ...(ctaType !== undefined && { cta_type: ctaType }),
    },
    meta,
    { id: eventId, at },
  )
  const describe = (destination: string) => ({ userId, courseId, destination, eventId })
  const messages = [toKafkaRow(enrollmentCompleted, event, { traceparent, fields: describe('kafka') })]
  if (topicArn !== null) {
    const log = { type: event.type, fields: describe('sns') }
    messages.push(toSnsRow(topicArn, toSnsEnrollmentCompleted(event), log, traceparent))
  }

  const record: Enrollment = {
    id,
    userId,
    courseId,
    enrollmentType: 'free',
    enrolledAt: at,
    progress: 0,
    completed: false,
    paymentStatus: 'free',
    source,
    createdAt,
    updatedAt: at,
  }
  return { order, record, activation, messages }
}

/** Drafts the next activation of an enrolment that the draft's student has left. */
export function draftReturn(
  { order, record }: Draft,
  left: StoredEnrollment,
  eventId: string,
  topicArn: string | null,
): Draft {
  const { id, createdAt } = left.record
  const at = notBefore(left.nextFrom, record.enrolledAt)
  return draftEnrollment(order, { id, activation: left.activation + 1, createdAt, at, eventId }, topicArn)
}

/**
 * Whether a first draft led to what is stored, by an attempt whose answer was lost. Its moment tells a return, which has another id. A return
 * that had to wait for its moment is not recognised; it counts as somebody else's.
 */
function isWrittenFrom(draft: Draft, { record, activation }: StoredEnrollment): boolean {
  if (draft.activation > 1) return false
  return activation === 1 ? record.id === draft.record.id : record.enrolledAt === draft.record.enrolledAt
}

export const notBefore = (earliest: Moment, at: Moment): Moment => (at < earliest ? earliest : at)

/** Builds the event about a student who leaves a course. */
export function buildCancelled(
  { record: { id, userId, courseId }, activation }: StoredEnrollment,
  reason: CancellationReason,
  { meta, traceparent }: Cause,
  { eventId, at }: Pick<Occasion, 'eventId' | 'at'>,
): OutboxRow {
  const payload = { enrollment_id: id, student_id: userId, course_id: courseId, activation, cancelled_at: at, reason }
  const event = enrollmentCancelled.build(payload, meta, { id: eventId, at })
  return toKafkaRow(enrollmentCancelled, event, { traceparent })
}

/** Builds the event about the progress that the record has now. */
export function buildProgressed(
  { record, activation }: Pick<StoredEnrollment, 'record' | 'activation'>,
  { meta, traceparent }: Cause,
  eventId: string,
): OutboxRow {
  const { id, userId, courseId, progress, completed, updatedAt: at } = record
  const payload = { enrollment_id: id, student_id: userId, course_id: courseId, activation, progress, completed }
  const event = enrollmentProgressed.build({ ...payload, progressed_at: at }, meta, { id: eventId, at })
  return toKafkaRow(enrollmentProgressed, event, { traceparent })
}

interface Account {
  roles: readonly Role[]
  verifiedAt: Moment | null
  disabledAt: Moment | null
  erasedAt: Moment | null
}

/** Why an order cannot be carried out. */
export type Obstacle = 'unknown' | 'erased' | 'no-student' | 'disabled' | 'unverified' | 'no-course'

/** The student's enrolment, and whether this order made it: a first one, or a return. */
export interface Enrolled {
  enrollment: Enrollment
  isNew: boolean
}

/** The state that a draft is checked against: its student's account, and the enrolment that the student has or had in its course. */
export interface Found {
  account: Account | null
  stored: StoredEnrollment | null
}

/** Decides what becomes of a draft that was not written: an answer, or a return to what was left. */
export function judge(
  draft: Draft,
  { account, stored }: Found,
): Enrolled | { obstacle: Obstacle } | { left: StoredEnrollment } {
  const obstacle = findObstacle(account)
  if (obstacle) return { obstacle }
  if (stored && !stored.isCancelled) return { enrollment: stored.record, isNew: isWrittenFrom(draft, stored) }
  // Otherwise the draft is such a return, or a first activation, and its course is not open.
  return stored && draft.activation <= stored.activation ? { left: stored } : { obstacle: 'no-course' }
}

/** Finds what keeps an account from enrolling. `mayEnroll` in repository.ts is the same rule in SQL. */
function findObstacle(account: Account | null): Obstacle | null {
  if (account === null) return 'unknown'
  if (account.erasedAt !== null) return 'erased'
  if (!account.roles.includes('student')) return 'no-student'
  if (account.disabledAt !== null) return 'disabled'
  return account.verifiedAt === null ? 'unverified' : null
}
