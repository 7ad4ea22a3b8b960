import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { toBareAddress } from './mail-rules.ts'
import type { Mail } from './ses.ts'

/** A slow mailbox takes the mail so much later. */
const SLOW_MS = 2_000
const mta = 'a1-1.smtp-out.aws-local'

type Event = (recipient: string, at: string) => { eventType: string } & Record<string, unknown>

const delivery: Event = (recipient, at) => ({
  eventType: 'Delivery',
  delivery: {
    timestamp: at,
    processingTimeMillis: 1,
    recipients: [recipient],
    smtpResponse: '250 ok',
    reportingMTA: mta,
  },
})

const bounce =
  (bounceSubType: string, status: string, diagnosticCode: string): Event =>
  (emailAddress, at) => ({
    eventType: 'Bounce',
    bounce: {
      feedbackId: randomUUID(),
      bounceType: 'Permanent',
      bounceSubType,
      bouncedRecipients: [{ emailAddress, action: 'failed', status, diagnosticCode }],
      timestamp: at,
      reportingMTA: `dsn; ${mta}`,
    },
  })

const complaint: Event = (emailAddress, at) => ({
  eventType: 'Complaint',
  complaint: {
    feedbackId: randomUUID(),
    complaintSubType: null,
    complainedRecipients: [{ emailAddress }],
    timestamp: at,
    userAgent: 'aws-local',
    complaintFeedbackType: 'abuse',
    arrivalDate: at,
  },
})

const delay: Event = (emailAddress, at) => ({
  eventType: 'DeliveryDelay',
  deliveryDelay: {
    timestamp: at,
    delayType: 'TransientCommunicationFailure',
    expirationTime: at,
    delayedRecipients: [{ emailAddress, status: '4.4.1', diagnosticCode: 'smtp; 421 4.4.1 Unable to connect' }],
  },
})

/** Events by the beginning of the address, as with SES' mailbox simulator. Mails to all others are delivered at once. */
const mailboxes: Record<string, (Event | number)[]> = {
  bounce: [bounce('General', '5.1.1', 'smtp; 550 5.1.1 user unknown')],
  complaint: [delivery, complaint],
  suppressed: [bounce('OnAccountSuppressionList', '5.1.1', 'Amazon SES did not send the message to this address')],
  slow: [delay, SLOW_MS, delivery],
  silent: [],
}

/** Publishes what becomes of accepted mails, as the event destinations of SES do. */
export function createFeedback(publish: (topicArn: string, subject: string, message: string) => Promise<unknown>) {
  const closing = new AbortController()

  async function tell(mail: Mail, recipient: string, topicArn: string): Promise<void> {
    const [local = ''] = toBareAddress(recipient).split(/[+@]/)
    for (const step of mailboxes[local.toLowerCase()] ?? [delivery]) {
      if (typeof step === 'number') {
        await sleep(step, undefined, { signal: closing.signal, ref: false })
        continue
      }
      const message = JSON.stringify({ ...step(recipient, new Date().toISOString()), mail: describe(mail, recipient) })
      await publish(topicArn, 'Amazon SES Email Event Notification', message)
    }
  }

  return {
    follow(mail: Mail, recipients: string[], topicArn: string): void {
      for (const recipient of recipients) void tell(mail, recipient, topicArn).catch(() => undefined)
    },
    close: () => closing.abort(),
  }
}

export type Feedback = ReturnType<typeof createFeedback>

function describe({ id, at, from, subject, tags, configurationSetName }: Mail, recipient: string) {
  return {
    timestamp: at,
    source: from,
    sendingAccountId: '000000000000',
    messageId: id,
    destination: [recipient],
    headersTruncated: false,
    headers: [],
    commonHeaders: { from: [from], to: [recipient], messageId: id, subject },
    tags: {
      'ses:configuration-set': [configurationSetName],
      ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
    },
  }
}
