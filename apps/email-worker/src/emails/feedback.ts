import { appendToOutbox } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { emails, type statuses } from '../db/schema.ts'
import { type Report, report, reported } from './events.ts'
import { suppress } from './suppression.ts'

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

/**
 * Records what became of a mail, and reports it: found by its tag `send_id`, else by the id that SES gave it. Returns its state if the event
 * is about a mail of this ledger, else null.
 */
export async function takeFeedback(tx: Transaction, event: SesEvent, addressHashKey: string): Promise<Status | null> {
  const { finding, refusing } = read(event)
  const { status } = finding
  const { messageId, tags } = event.mail
  const sendId = tags.send_id?.[0] ?? null
  const [email] = await tx
    .select({ ...reported, status: emails.status })
    .from(emails)
    .where(sendId === null ? eq(emails.messageId, messageId) : eq(emails.id, sendId))
    .limit(1)
    .for('update')
  if (!email) return null
  if (earlier[status].includes(email.status)) {
    await tx
      .update(emails)
      .set({
        status,
        reason: 'reason' in finding ? finding.reason : null,
        messageId: sql`coalesce(${emails.messageId}, ${messageId})`,
        changedBy: 'ses',
        updatedAt: sql`now()`,
      })
      .where(eq(emails.id, email.id))
    if (finding.status !== 'delayed') await appendToOutbox(tx, [report(email, finding)])
  }
  const { id: emailId, tenantId } = email
  if (status === 'bounced' || status === 'complained') {
    for (const address of refusing) {
      await suppress(tx, { tenantId, emailId, address, reason: status, key: addressHashKey })
    }
  }
  return status
}
