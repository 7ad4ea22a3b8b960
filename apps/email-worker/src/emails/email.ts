import type { EventOf, enrollmentCompleted } from '@coursewire/events'

/** A mail that is due, as the sender reads it from the ledger. */
export interface Email {
  id: string
  tenantId: string
  studentId: string
  courseId: string
  source: string
  correlationId: string
  attempt: number
  failures: number
  isOld: boolean
}

/** The outcome of an attempt to send. `isOutage` marks a failure that the next mail would have too. */
export type Outcome =
  | { status: 'sent'; messageId: string }
  | { status: 'failed'; reason: string }
  | { status: 'pending'; reason: string; isOutage: boolean }
  | { status: 'unknown'; reason: string }

/** Returns the mail that an enrolment causes. A student who comes back after leaving gets another one. */
export function toWelcomeEmail({ id, payload, meta }: EventOf<typeof enrollmentCompleted>) {
  return {
    tenantId: meta.tenant_id,
    studentId: payload.student_id,
    courseId: payload.course_id,
    activation: payload.activation,
    template: 'welcome',
    source: payload.source,
    eventId: id,
    correlationId: meta.correlation_id,
  }
}

const MAX_RETRY_SECONDS = 4 * 60 * 60

/** How long a mail waits after its n-th failure: 5 s, then twice as long each time, up to four hours. It is never given up. */
export function retryDelaySeconds(failures: number): number {
  return Math.min(5 * 2 ** (failures - 1), MAX_RETRY_SECONDS)
}
