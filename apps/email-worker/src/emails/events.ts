import { randomUUID } from 'node:crypto'
import {
  type EventDefinition,
  emailBounced,
  emailComplained,
  emailDelivered,
  emailFailed,
  emailSent,
} from '@coursewire/events'
import { type OutboxRow, toBinaryArray, toKafkaRow, toOutboxColumns } from '@coursewire/messaging'
import { now } from '@coursewire/service-kit'
import { emails } from '../db/schema.ts'
import type { Email, Failure } from './email.ts'

/** The columns that an event tells of its mail. */
export const reported = {
  id: emails.id,
  tenantId: emails.tenantId,
  template: emails.template,
  recipient: emails.recipient,
  fact: emails.fact,
  attempt: emails.attempt,
  eventId: emails.eventId,
  correlationId: emails.correlationId,
  traceparent: emails.traceparent,
}

export type Reported = Pick<Email, keyof typeof reported>

/** The news about a mail for other systems. */
export type Report =
  | { status: 'sent' | 'delivered' }
  | { status: 'bounced'; reason: string }
  | { status: 'complained'; reason: string | null }
  | { status: 'failed'; reason: Failure }

/** Builds the message about a change of a mail, which goes into the outbox together with it. */
export function report(email: Reported, { status, ...details }: Report): OutboxRow {
  const at = now()
  const definition: EventDefinition = definitions[status]
  const { tenantId, correlationId, eventId: causationId, traceparent } = email
  const payload = {
    email_id: email.id,
    template: email.template,
    recipient_id: email.recipient,
    fact_id: email.fact,
    attempt: email.attempt,
    ...details,
    [`${status}_at`]: at,
  }
  return toKafkaRow(
    definition,
    definition.build(payload, { tenantId, correlationId, causationId }, { id: randomUUID(), at }),
    { traceparent: traceparent ?? undefined },
  )
}

/** SQL that tells of the mails whose ids are in the CTE `change`. The columns of `toTold` are the parameters from number `first` on. */
export const toldAfter = (change: string, first: number) => `
    INSERT INTO outbox (channel, topic, key, payload, headers, log)
    SELECT channel, topic, key, payload, convert_to(headers, 'UTF8'), log::jsonb
    FROM ${change} JOIN unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::bytea[],
                               $${first + 4}::bytea[], $${first + 5}::text[], $${first + 6}::text[])
      AS message (email_id, channel, topic, key, payload, headers, log) ON email_id::uuid = ${change}.id`

/** Builds the parameters of `toldAfter`. */
export const toTold = (told: { email: Reported; news: Report }[]): Buffer[] => [
  toBinaryArray(
    'text',
    told.map(({ email }) => email.id),
  ),
  ...Object.values(toOutboxColumns(told.map(({ email, news }) => report(email, news)))),
]

const definitions = {
  sent: emailSent,
  delivered: emailDelivered,
  bounced: emailBounced,
  complained: emailComplained,
  failed: emailFailed,
}
