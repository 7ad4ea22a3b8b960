import { type EventMeta, enrollmentCompleted, toSnsEnrollmentCompleted } from '@coursewire/events'
import { type LogLines, type OutboxRow, toKafkaRow, toSnsRow } from '@coursewire/messaging'

export interface Enrollment {
  id: string
  userId: string
  courseId: string
  enrollmentType: 'free' | 'paid'
  enrolledAt: string
  progress: number
  completed: boolean
  paymentStatus: 'free' | 'pending' | 'paid'
  source: 'manual' | 'auto' | 'gift' | 'admin'
  createdAt: string
  updatedAt: string
}

/** The log lines for an enrolment's event: when a destination has accepted it, and when one first refuses it. */
export const logLines: Record<string, LogLines> = {
  [enrollmentCompleted.type]: {
    published: 'Enrollment completed event published',
    failed: 'Failed to publish enrollment event',
  },
}

export interface EnrollmentOrder {
  userId: string
  courseId: string
  source: 'manual' | 'auto'
  meta: EventMeta
  traceparent: string | null
}

/** An enrolment that has not been written yet, with the messages that will announce it. */
export interface Draft {
  tenantId: string
  enrollment: Enrollment
  messages: OutboxRow[]
}

/** Drafts a free enrolment. Pure: ids and time are arguments, so that a repeated attempt gives the same result. */
export function draftEnrollment(
  order: EnrollmentOrder,
  { id, eventId, at }: { id: string; eventId: string; at: string },
  topicArn: string | null,
): Draft {
  const { userId, courseId, source, meta, traceparent } = order
  const event = enrollmentCompleted.build(
    {
      enrollment_id: id,
      student_id: userId,
      course_id: courseId,
      enrollment_type: 'free',
      enrolled_at: at,
      source,
      payment_status: 'free',
      activation: 1,
    },
    meta,
    { id: eventId, at },
  )
  const describe = (destination: string) => ({ userId, courseId, destination, eventId })
  const messages = [
    toKafkaRow(enrollmentCompleted, event, { traceparent: traceparent ?? undefined, fields: describe('kafka') }),
  ]
  if (topicArn !== null) {
    const log = { type: event.type, fields: describe('sns') }
    messages.push(toSnsRow(topicArn, toSnsEnrollmentCompleted(event), log))
  }

  return {
    tenantId: meta.tenantId,
    enrollment: {
      id,
      userId,
      courseId,
      enrollmentType: 'free',
      enrolledAt: at,
      progress: 0,
      completed: false,
      paymentStatus: 'free',
      source,
      createdAt: at,
      updatedAt: at,
    },
    messages,
  }
}
