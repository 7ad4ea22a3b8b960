import { z } from 'zod'
import { defineEvent, type EventOf } from './define-event.ts'
import { count, id, pastMoment } from './fields.ts'
import { assertEventSize } from './kafka-record.ts'

const enrollmentType = z.enum(['free', 'paid'])
const source = z.enum(['manual', 'auto', 'gift', 'admin'])

/** `activation` starts at 1 and grows by one each time the student comes back after leaving. */
export const enrollmentCompleted = defineEvent({
  type: 'enrollment.completed',
  topic: 'enrollment.events.v1',
  producer: 'enrollment',
  key: 'enrollment_id',
  listeners: ['email-worker', 'Analytics', 'Recommendation Engine'],
  payload: z.object({
    enrollment_id: id,
    student_id: id,
    course_id: id,
    enrollment_type: enrollmentType,
    enrolled_at: pastMoment,
    source,
    payment_status: z.enum(['free', 'paid']),
    activation: count.min(1),
    /** The page and the call to action from which the student enrolled, where known. */
    distribution_id: id.optional(),
    cta_type: id.optional(),
  }),
})

export const cancellationReasons = ['no_time', 'wrong_course', 'too_hard', 'too_easy', 'other'] as const

export const enrollmentCancelled = defineEvent({
  type: 'enrollment.cancelled',
  topic: 'enrollment.events.v1',
  producer: 'enrollment',
  key: 'enrollment_id',
  listeners: ['email-worker', 'Analytics', 'Recommendation Engine'],
  payload: z.object({
    enrollment_id: id,
    student_id: id,
    course_id: id,
    activation: count.min(1),
    cancelled_at: pastMoment,
    reason: z.enum(cancellationReasons),
  }),
})

/** `progress` never decreases within an activation. `completed` is true at 100. */
export const enrollmentProgressed = defineEvent({
  type: 'enrollment.progressed',
  topic: 'enrollment.events.v1',
  producer: 'enrollment',
  key: 'enrollment_id',
  listeners: ['Analytics'],
  payload: z.object({
    enrollment_id: id,
    student_id: id,
    course_id: id,
    activation: count.min(1),
    progress: count.max(100),
    completed: z.boolean(),
    progressed_at: pastMoment,
  }),
})

/** The body of the SNS message. Its attributes hold the ids by which a receiver recognises a repeat. */
export const snsEnrollmentCompleted = z.strictObject({
  eventType: z.literal('EnrollmentCompleted'),
  studentId: id,
  courseId: id,
  enrollmentType,
  enrolledAt: pastMoment,
  source,
})

export interface SnsMessage {
  subject: string
  message: string
  attributes: Record<string, string>
}

/** Converts an `enrollment.completed` event into its SNS message. Throws an `EventTooLargeError` if that is too large. */
export function toSnsEnrollmentCompleted(event: EventOf<typeof enrollmentCompleted>): SnsMessage {
  const { payload } = event
  const message = JSON.stringify(
    snsEnrollmentCompleted.parse({
      eventType: 'EnrollmentCompleted',
      studentId: payload.student_id,
      courseId: payload.course_id,
      enrollmentType: payload.enrollment_type,
      enrolledAt: payload.enrolled_at,
      source: payload.source,
    }),
  )
  assertEventSize('EnrollmentCompleted', new TextEncoder().encode(message).byteLength)
  return {
    subject: 'Enrollment Completed',
    message,
    attributes: {
      event_id: event.id,
      tenant_id: event.meta.tenant_id,
      enrollment_id: payload.enrollment_id,
      activation: String(payload.activation),
    },
  }
}
