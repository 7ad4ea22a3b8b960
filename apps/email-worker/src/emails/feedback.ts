import { toBinaryArray } from '@coursewire/messaging'
import { CORRELATION_ID, type Database, inSpans, queryNamed } from '@coursewire/service-kit'
import { SpanKind, trace } from '@opentelemetry/api'
import { z } from 'zod'
import type { statuses } from '../db/schema.ts'
import { type Report, type Reported, toldAfter, toTold } from './events.ts'
import { findReported } from './repository.ts'
import { hashAddress } from './suppression.ts'

const recipients = z.array(z.object({ emailAddress: z.string() }).transform(({ emailAddress }) => emailAddress))
/** The words by which SES classifies are passed on, so they must not quote an address. */
const word = z.string().regex(/^[\w-]{1,40}$/)
const about = z.object({
  mail: z.object({
    messageId: z.string().max(200),
    tags: z
      .object({
        send_id: z.tuple([z.uuid()]).optional().catch(undefined),
        attempt: z
          .tuple([z.string().regex(/^\d{1,9}$/)])
          .optional()
          .catch(undefined),
      })
      .default({}),
  }),
})

/** An event of SES about a mail that it has accepted. */
export const sesEvent = z.discriminatedUnion('eventType', [
  about.extend({ eventType: z.literal('Delivery') }),
  about.extend({
    eventType: z.literal('DeliveryDelay'),
    deliveryDelay: z.object({ delayType: word.catch('Undetermined') }),
  }),
  about.extend({
    eventType: z.literal('Bounce'),
    bounce: z.object({
      bounceType: word.catch('Undetermined'),
      bounceSubType: word.catch('Undetermined'),
      bouncedRecipients: recipients,
    }),
  }),
  about.extend({
    eventType: z.literal('Complaint'),
    complaint: z.object({
      complaintFeedbackType: word.nullable().catch(null),
      complainedRecipients: recipients,
    }),
  }),
])
type SesEvent = z.output<typeof sesEvent>

type Status = (typeof statuses)[number]

/** Each state that SES tells of, and the states before it. A mail never goes back, in whatever order the events come. */
const earlier = {
  delayed: ['pending', 'sending', 'failed', 'unknown', 'sent'],
  delivered: ['pending', 'sending', 'failed', 'unknown', 'sent', 'delayed'],
  bounced: ['pending', 'sending', 'failed', 'unknown', 'sent', 'delayed', 'delivered'],
  complained: ['pending', 'sending', 'failed', 'unknown', 'sent', 'delayed', 'delivered', 'bounced'],
} satisfies Partial<Record<Status, Status[]>> as Record<Finding['status'], Status[]>

type Finding = Exclude<Report, { status: 'sent' | 'failed' }> | { status: 'delayed'; reason: string }

/** Tells what has become of the mail, and the addresses that must not be written to any more. */
function readEvent(event: SesEvent): { finding: Finding; refusing: string[] } {
  switch (event.eventType) {
    case 'Delivery':
      return { finding: { status: 'delivered' }, refusing: [] }
    case 'DeliveryDelay':
      return { finding: { status: 'delayed', reason: event.deliveryDelay.delayType }, refusing: [] }
    case 'Bounce': {
      const { bounceType, bounceSubType, bouncedRecipients } = event.bounce
      // A mailbox that is full today may take the next mail.
      const refusing = bounceType === 'Permanent' ? bouncedRecipients : []
      return { finding: { status: 'bounced', reason: `${bounceType}: ${bounceSubType}` }, refusing }
    }
    case 'Complaint': {
      const { complaintFeedbackType: reason, complainedRecipients } = event.complaint
      // Somebody took the mail out of their spam.
      if (reason === 'not-spam') return { finding: { status: 'delivered' }, refusing: [] }
      return { finding: { status: 'complained', reason }, refusing: complainedRecipients }
    }
  }
}

const takeStatement = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
      AS event (sns_id, email_id, status, reason, message_id, earlier, attempt)
  ), fresh AS (
    INSERT INTO sns_messages (id) SELECT DISTINCT sns_id FROM given ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id
  ), changed AS (
    UPDATE emails SET status = given.status, reason = given.reason, message_id = coalesce(emails.message_id, given.message_id),
                      changed_by = 'ses', updated_at = now()
    FROM given JOIN fresh ON fresh.id = sns_id
    WHERE emails.id = email_id::uuid AND emails.status = ANY (string_to_array(earlier, ' '))
      AND emails.attempt <= coalesce(given.attempt::int, emails.attempt)
    RETURNING emails.id
  ), told AS (
    ${toldAfter('changed', 11)}
  ), refused AS (
    INSERT INTO suppressions (tenant_id, address_hash, reason, email_id)
    SELECT tenant_id, address_hash, given.status, email_id::uuid
    FROM unnest($8::text[], $9::text[], $10::bytea[]) AS refusing (id, tenant_id, address_hash)
    JOIN fresh USING (id) JOIN given ON sns_id = id
    ORDER BY tenant_id, address_hash
    ON CONFLICT DO NOTHING
  )
  SELECT id FROM fresh`

/** An event of SES, and the id of the message by which SNS has brought it. */
export interface Feedback {
  snsMessageId: string
  event: SesEvent
}

/** The outcome of feedback: the state of the mail, null if it is not in this ledger, 'repeated' if the message was taken before. */
export type Taken = Status | 'repeated' | null

/**
 * Records what became of mails, and reports it. A mail is found by its tag `send_id`, else by the id that SES gave it. What became of an attempt
 * before the latest one does not count for the mail, only for its address. Several take two round trips and one commit together, as there is
 * such an event for every mail.
 */
export async function takeFeedback(db: Database, given: Feedback[], addressHashKey: string): Promise<Taken[]> {
  const emails = await findReported(
    db,
    given.map(({ event: { mail } }) => ({ sendId: mail.tags.send_id?.[0], messageId: mail.messageId })),
  )
  const read = given.map(({ snsMessageId, event }, index) => ({
    snsMessageId,
    messageId: event.mail.messageId,
    attempt: event.mail.tags.attempt?.[0],
    email: emails[index] ?? null,
    eventType: event.eventType,
    ...readEvent(event),
  }))
  // A statement changes a row once.
  const known = read.flatMap(({ email }) => email?.id ?? [])
  if (new Set(known).size < known.length) {
    const taken: Taken[] = []
    for (const one of read) taken.push(...(await writeTraced(db, [one], addressHashKey)))
    return taken
  }
  return writeTraced(db, read, addressHashKey)
}

/** Writes in the traces of the mails, which began long before the requests by which SNS brings the events. */
function writeTraced(db: Database, read: Read[], addressHashKey: string): Promise<Taken[]> {
  const request = trace.getActiveSpan()?.spanContext()
  const toItems = () =>
    read.flatMap(({ email, eventType }) => {
      if (!email) return []
      const attributes = { [CORRELATION_ID]: email.correlationId }
      const links = request ? [{ context: request }] : []
      return { name: `SES ${eventType}`, parent: email.traceparent, attributes, links }
    })
  return inSpans('SES feedback', SpanKind.CONSUMER, toItems, () => write(db, read, addressHashKey))
}

interface Read extends ReturnType<typeof readEvent> {
  eventType: string
  snsMessageId: string
  messageId: string
  attempt: string | undefined
  email: Reported | null
}

async function write(db: Database, read: Read[], addressHashKey: string): Promise<Taken[]> {
  const texts = (column: (one: Read) => string | null) => toBinaryArray('text', read.map(column))
  const refused = read.flatMap(({ snsMessageId, email, refusing }) =>
    email ? refusing.map((address) => ({ snsMessageId, tenantId: email.tenantId, address })) : [],
  )
  const { rows } = await queryNamed<{ id: string }>(db, {
    name: 'take-feedback',
    text: takeStatement,
    values: [
      texts(({ snsMessageId }) => snsMessageId),
      texts(({ email }) => email?.id ?? null),
      texts(({ finding }) => finding.status),
      texts(({ finding }) => ('reason' in finding ? finding.reason : null)),
      texts(({ messageId }) => messageId),
      texts(({ finding }) => earlier[finding.status].join(' ')),
      texts(({ attempt }) => attempt ?? null),
      toBinaryArray(
        'text',
        refused.map(({ snsMessageId }) => snsMessageId),
      ),
      toBinaryArray(
        'text',
        refused.map(({ tenantId }) => tenantId),
      ),
      toBinaryArray(
        'bytea',
        refused.map(({ address }) => hashAddress(address, addressHashKey)),
      ),
      ...toTold(
        read.flatMap(({ email, finding }) => (email && finding.status !== 'delayed' ? [{ email, news: finding }] : [])),
      ),
    ],
  })
  const fresh = new Set(rows.map(({ id }) => id))
  return read.map(({ snsMessageId, email, finding }) =>
    fresh.has(snsMessageId) ? email && finding.status : 'repeated',
  )
}
