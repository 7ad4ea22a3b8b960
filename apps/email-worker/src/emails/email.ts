import type {
  accountVerificationRequested,
  EventEnvelope,
  EventOf,
  emailFailures,
  enrollmentCancelled,
  enrollmentCompleted,
} from '@coursewire/events'
import { traceparentOf } from '@coursewire/messaging'

/** The identity of a mail. Events that ask for the same one get one mail. */
export interface EmailKey {
  tenantId: string
  template: string
  recipient: string
  fact: string
  activation: number
}

/** A mail as an event asks for it. */
export interface OwedEmail extends EmailKey {
  source: string | null
  eventId: string
  correlationId: string
  /** The W3C trace context of what caused it; null if there was none. */
  traceparent: string | null
  /** Due mails with the smallest number are sent first. */
  priority: number
}

/** People wait for a link; a welcome can come a little later; news can wait. */
export const priorities = { account: 0, welcome: 1, news: 2 }

/** A mail that is due, as the sender reads it from the ledger. */
export interface Email extends Omit<OwedEmail, 'activation'> {
  id: string
  attempt: number
  failures: number
  isOld: boolean
  /** The announcement that news is written from; null for other mails. */
  announcementId: string | null
}

/** The reason why a mail is not sent, in a word that others may be told. */
export type Failure = (typeof emailFailures)[number]

/** A proof of what SES was sent: the size of the whole mail, and its SHA-256 in hexadecimal. */
interface SentContent {
  bytes: number
  sha256: string
}

/**
 * The outcome of an attempt to send. `isThrottled` says that it came too soon, which is nobody's failure. `isOutage` marks a failure that the next mail would have too; `remedy` is what an operator has to do before
 * it can be sent.
 */
export type Outcome =
  | { status: 'sent'; messageId: string; content: SentContent }
  | { status: 'failed'; reason: string; failure: Failure }
  | { status: 'suppressed'; reason: string }
  | { status: 'pending'; reason: string; isOutage: boolean; isThrottled?: true; remedy?: string | undefined }
  | { status: 'unknown'; reason: string }

/** Returns a mail that an enrolment or its end causes. A student who comes back after leaving gets another one. */
export function toEnrollmentEmail(
  template: 'welcome' | 'enrollment_cancelled',
  event: EventOf<typeof enrollmentCompleted | typeof enrollmentCancelled>,
): OwedEmail {
  const { id, payload, meta } = event
  return {
    tenantId: meta.tenant_id,
    template,
    recipient: payload.student_id,
    fact: payload.course_id,
    activation: payload.activation,
    source: 'source' in payload ? payload.source : null,
    eventId: id,
    correlationId: meta.correlation_id,
    traceparent: traceparentOf(event) ?? null,
    priority: priorities.welcome,
  }
}

/** All events that ask for a mail about an account have the same payload. */
type AccountRequested = EventEnvelope<string, EventOf<typeof accountVerificationRequested>['payload']>

/** Returns the mail that a request of an account asks for. */
export function toAccountEmail(template: string, event: AccountRequested): OwedEmail {
  const { id, payload, meta } = event
  return {
    tenantId: meta.tenant_id,
    template,
    recipient: payload.account_id,
    fact: payload.request_id,
    activation: 1,
    source: null,
    eventId: id,
    correlationId: meta.correlation_id,
    traceparent: traceparentOf(event) ?? null,
    priority: priorities.account,
  }
}

const MAX_RETRY_SECONDS = 4 * 60 * 60
const MAX_REMEDY_SECONDS = 5 * 60

/**
 * How long a mail waits after its n-th failure: 5 s, then twice as long each time, up to four hours, or five minutes if it waits for an operator.
 */
export function retryDelaySeconds(failures: number, remedy?: string): number {
  return Math.min(5 * 2 ** (failures - 1), remedy === undefined ? MAX_RETRY_SECONDS : MAX_REMEDY_SECONDS)
}
