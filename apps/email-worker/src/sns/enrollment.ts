import { snsEnrollmentCompleted } from '@coursewire/events'
import { readTraceparent } from '@coursewire/service-kit'
import { z } from 'zod'
import { type OwedEmail, priorities } from '../emails/email.ts'
import type { Notification } from './message.ts'

/** The part of the message about an enrolment that a welcome mail needs. What else it holds does not matter here. */
export const enrollmentMessage = snsEnrollmentCompleted
  .pick({ eventType: true, studentId: true, courseId: true })
  .extend({ source: z.string().optional() })
  .strip()

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
    traceparent: readTraceparent(read('traceparent')),
    priority: priorities.welcome,
  }
}
