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
  listeners: ['email-worker'],
  payload: z.object({
    enrollment_id: id,
    student_id: id,
    course_id: id,
    enrollment_type: enrollmentType,
    enrolled_at: pastMoment,
    source,
    payment_status: z.enum(['free', 'paid']),
    activation: count.min(1),
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
