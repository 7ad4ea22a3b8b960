import { toBinaryArray, toOutboxColumns } from '@coursewire/messaging'
import { type Database, queryNamed } from '@coursewire/service-kit'
import { z } from 'zod'
import type { statuses } from '../db/schema.ts'
import { type Report, report, toldAfter } from './events.ts'
import { findReported } from './repository.ts'
import { hashAddress } from './suppression.ts'

const recipients = z.array(z.object({ emailAddress: z.string() }).transform(({ emailAddress }) => emailAddress))
/** The words by which SES classifies are passed on, so they must not quote an address. */
const word = z.string().regex(/^[\w-]{1,40}$/)
const about = z.object({
  mail: z.object({
    messageId: z.string().max(200),
    tags: z.object({ send_id: z.tuple([z.uuid()]).optional().catch(undefined) }).default({}),
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
function read(event: SesEvent): { finding: Finding; refusing: string[] } {
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
  WITH fresh AS (
    INSERT INTO sns_messages (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id
  ), changed AS (
    UPDATE emails SET status = $3, reason = $4, message_id = coalesce(message_id, $5), changed_by = 'ses', updated_at = now()
    FROM fresh WHERE emails.id = $2::uuid AND status = ANY ($6::text[])
    RETURNING emails.id
  ), told AS (
    ${toldAfter('changed', 9)}
  ), refused AS (
    INSERT INTO suppressions (tenant_id, address_hash, reason, email_id)
    SELECT $7, address_hash, $3, $2::uuid FROM fresh CROSS JOIN unnest($8::bytea[]) AS address_hash
    ON CONFLICT DO NOTHING
  )
  SELECT FROM fresh`

/**
 * Records what became of a mail, and reports it: found by its tag `send_id`, else by the id that SES gave it. Resolves to its state if the
 * event is about a mail of this ledger, to null if not, and to 'repeated' if the message of SNS was taken before. Takes two round trips, as
 * there is such an event for every mail.
 */
export async function takeFeedback(
  db: Database,
  snsMessageId: string,
  event: SesEvent,
  addressHashKey: string,
): Promise<Status | 'repeated' | null> {
  const { finding, refusing } = read(event)
  const { status } = finding
  const { messageId } = event.mail
  const email = await findReported(db, event.mail.tags.send_id?.[0], messageId)
  const isNews = email !== null && finding.status !== 'delayed'
  const refused = email !== null && (status === 'bounced' || status === 'complained') ? refusing : []
  const { rowCount } = await queryNamed(db, {
    name: 'take-feedback',
    text: takeStatement,
    values: [
      snsMessageId,
      email?.id,
      status,
      'reason' in finding ? finding.reason : null,
      messageId,
      toBinaryArray('text', earlier[status]),
      email?.tenantId,
      toBinaryArray(
        'bytea',
        refused.map((address) => hashAddress(address, addressHashKey)),
      ),
      ...Object.values(toOutboxColumns(isNews ? [report(email, finding)] : [])),
    ],
  })
  if (rowCount === 0) return 'repeated'
  return email && status
}
