import type { Transaction } from '@coursewire/service-kit'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { emails, type statuses } from '../db/schema.ts'
import { suppress } from './suppression.ts'

const recipients = z.array(z.object({ emailAddress: z.string() }))
const about = z.object({
  mail: z.object({
    messageId: z.string().max(200),
    tags: z.object({ send_id: z.tuple([z.uuid()]).optional().catch(undefined) }).default({}),
  }),
})

/** An event of SES about a mail that it has accepted. */
export const sesEvent = z.discriminatedUnion('eventType', [
  about.extend({ eventType: z.literal('Delivery') }),
  about.extend({ eventType: z.literal('DeliveryDelay'), deliveryDelay: z.object({ delayType: z.string() }) }),
  about.extend({
    eventType: z.literal('Bounce'),
    bounce: z.object({ bounceType: z.string(), bounceSubType: z.string(), bouncedRecipients: recipients }),
  }),
  about.extend({
    eventType: z.literal('Complaint'),
    complaint: z.object({
      complaintFeedbackType: z.string().nullish(),
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

type Finding =
  | { status: 'delayed' | 'delivered'; reason: string | null; refusing?: never }
  /** `refusing` are the addresses that must not be written to any more. */
  | { status: 'bounced' | 'complained'; reason: string | null; refusing: string[] }

function read(event: SesEvent): Finding {
  switch (event.eventType) {
    case 'Delivery':
      return { status: 'delivered', reason: null }
    case 'DeliveryDelay':
      return { status: 'delayed', reason: event.deliveryDelay.delayType }
    case 'Bounce': {
      const { bounceType, bounceSubType, bouncedRecipients } = event.bounce
      // A mailbox that is full today may take the next mail.
      const refusing = bounceType === 'Permanent' ? bouncedRecipients : []
      return {
        status: 'bounced',
        reason: `${bounceType}: ${bounceSubType}`,
        refusing: refusing.map(({ emailAddress }) => emailAddress),
      }
    }
    case 'Complaint': {
      const { complaintFeedbackType, complainedRecipients } = event.complaint
      // Somebody took the mail out of their spam.
      if (complaintFeedbackType === 'not-spam') return { status: 'delivered', reason: null }
      return {
        status: 'complained',
        reason: complaintFeedbackType ?? null,
        refusing: complainedRecipients.map(({ emailAddress }) => emailAddress),
      }
    }
  }
}

/**
 * Records what became of a mail: found by its tag `send_id`, else by the id that SES gave it. Returns its state if the event is about a mail
 * of this ledger, else null.
 */
export async function takeFeedback(tx: Transaction, event: SesEvent, addressHashKey: string): Promise<Status | null> {
  const { status, reason, refusing } = read(event)
  const { messageId, tags } = event.mail
  const sendId = tags.send_id?.[0] ?? null
  const [email] = await tx
    .select({ id: emails.id, tenantId: emails.tenantId, status: emails.status })
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
        reason,
        messageId: sql`coalesce(${emails.messageId}, ${messageId})`,
        changedBy: 'ses',
        updatedAt: sql`now()`,
      })
      .where(eq(emails.id, email.id))
  }
  const { id: emailId, tenantId } = email
  if (refusing) {
    for (const address of refusing) {
      await suppress(tx, { tenantId, emailId, address, reason: status, key: addressHashKey })
    }
  }
  return status
}
