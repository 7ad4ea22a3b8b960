import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { count, id, pastMoment } from './fields.ts'

const email = { topic: 'email.events.v1', producer: 'email', key: 'email_id', listeners: ['Analytics'] } as const
const mail = {
  email_id: id,
  template: id,
  /** The account that it goes to, and its subject: a course, or a request of the account. */
  recipient_id: id,
  fact_id: id,
  /** How often the mail was given to SES. A person may have it sent once more. */
  attempt: count,
}
/** The words of SES. Free text might quote an address. */
const code = z
  .string()
  .max(100)
  .regex(/^[\w-]+(: [\w-]+)?$/, 'is not one or two words')

/** SES has accepted the mail. If SES tells sooner what became of it than that it has accepted it, this event is left out. */
export const emailSent = defineEvent({
  ...email,
  type: 'email.sent',
  payload: z.object({ ...mail, sent_at: pastMoment }),
})

/** The server of the recipient has taken the mail. It may still come back, or be called spam. */
export const emailDelivered = defineEvent({
  ...email,
  type: 'email.delivered',
  payload: z.object({ ...mail, delivered_at: pastMoment }),
})

export const emailBounced = defineEvent({
  ...email,
  type: 'email.bounced',
  payload: z.object({ ...mail, reason: code, bounced_at: pastMoment }),
})

export const emailComplained = defineEvent({
  ...email,
  type: 'email.complained',
  payload: z.object({ ...mail, reason: code.nullable(), complained_at: pastMoment }),
})

export const emailFailures = ['withdrawn', 'suppressed', 'absent', 'rejected', 'fault'] as const

/**
 * The mail is not sent, unless a person has it sent again: it was withdrawn, its address refuses mails, its recipient or subject does not
 * exist, SES rejected it, or we could not write it.
 */
export const emailFailed = defineEvent({
  ...email,
  type: 'email.failed',
  payload: z.object({ ...mail, reason: z.enum(emailFailures), failed_at: pastMoment }),
})
