import type { EventOf, enrollmentCompleted } from '@coursewire/events'

/** A mail that is owed, as the sender takes it from the ledger. */
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

/** What became of a try to send. `isOutage` is a fault that the next mail would meet too. */
export type Outcome =
  | { status: 'sent'; messageId: string }
  | { status: 'failed'; reason: string }
  | { status: 'pending'; reason: string; isOutage: boolean }
  | { status: 'unknown'; reason: string }

/** The mail an enrolment calls for. One more is owed when a student comes back after leaving. */
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

/** How long a mail rests after its n-th failure: 5 s, then doubled up to four hours. It is never given up for that alone. */
export function retryDelaySeconds(failures: number): number {
  return Math.min(5 * 2 ** (failures - 1), MAX_RETRY_SECONDS)
}
