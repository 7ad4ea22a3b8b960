import { z } from 'zod'
import { type OwedEmail, priorities } from '../emails/email.ts'
import type { Notification } from './message.ts'

const id = z.string().min(1).max(128)

/** The message that enrollment-api publishes on SNS about an enrolment (contract §4). */
export const enrollmentMessage = z.object({
  eventType: z.literal('EnrollmentCompleted'),
  studentId: id,
  courseId: id,
  source: z.string().optional(),
})

/**
 * Returns the welcome mail that an enrolment causes. It is the same one that the event on Kafka asks for. A publisher that sends no attributes
 * means the tenant of this installation, and a first enrolment. Throws if it is not such a message.
 */
export function toWelcomeEmail(
  { MessageId, Message, MessageAttributes }: Notification,
  defaultTenant: string,
): OwedEmail {
  const { studentId, courseId, source = 'manual' } = enrollmentMessage.parse(JSON.parse(Message))
  const read = (name: string) => MessageAttributes[name]?.Value
  const eventId = read('event_id') ?? MessageId
  return {
    tenantId: read('tenant_id') ?? defaultTenant,
    template: 'welcome',
    recipient: studentId,
    fact: courseId,
    activation: z.coerce
      .number()
      .int()
      .min(1)
      .parse(read('activation') ?? 1),
    source,
    eventId,
    correlationId: eventId,
    priority: priorities.welcome,
  }
}
