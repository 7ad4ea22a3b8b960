import type { Writable } from 'node:stream'
import {
  createBatcher,
  type Database,
  type HttpApp,
  type Logger,
  queryNamed,
  type Transaction,
} from '@coursewire/service-kit'
import { z } from 'zod'
import { type Feedback, sesEvent, takeFeedback } from '../emails/feedback.ts'
import * as metrics from '../emails/metrics.ts'
import { insertEmails } from '../emails/repository.ts'
import { enrollmentMessage, toWelcomeEmail } from './enrollment.ts'
import { type Notification, type SnsCheck, snsMessage } from './message.ts'

/** As JSON in JSON, the 256 KiB that SNS sends become longer. */
const MAX_BODY_BYTES = 1024 * 1024
/** SNS waits 15 seconds for an answer, and comes again. */
const feedbackBatches = {
  concurrent: 1,
  maxBatch: 100,
  maxWaiting: 2_000,
  maxWaitMs: 10_000,
  busyCode: 'feedback.busy',
  isRepeatable: true,
}

/** Adds the door for SNS: what became of mails and, if `takesWelcome`, enrolments. What is neither is accepted and ignored. */
export async function addSnsRoutes(
  app: HttpApp,
  options: {
    db: Database
    logger: Logger
    check: SnsCheck
    addressHashKey: string
    defaultTenant: string
    takesWelcome: boolean
    onNewMail: () => void
  },
): Promise<void> {
  const { db, logger, check, addressHashKey, defaultTenant, takesWelcome, onNewMail } = options
  const takeInBatch = createBatcher((given: Feedback[]) => takeFeedback(db, given, addressHashKey), feedbackBatches)

  async function take(notification: Notification, answer: Writable): Promise<void> {
    const { MessageId: messageId, TopicArn: topicArn } = notification
    const content = readJson(notification.Message)
    const event = sesEvent.safeParse(content)
    if (event.success) {
      const status = await takeInBatch({ snsMessageId: messageId, event: event.data }, answer)
      if (status === 'repeated') return reportRepeated(messageId)
      metrics.feedback.add(1, { event: event.data.eventType, is_known: status !== null })
      const { messageId: ofMail } = event.data.mail
      return logger.info({ messageId: ofMail, event: event.data.eventType, status }, 'Received mail feedback')
    }
    const isEnrollment = enrollmentMessage.safeParse(content).success
    const isNew = await db.transaction(async (tx) => {
      if (!(await remember(tx, messageId))) return false
      if (isEnrollment && takesWelcome) await insertEmails(tx, [toWelcomeEmail(notification, defaultTenant)])
      return true
    })
    if (!isNew) return reportRepeated(messageId)
    if (!isEnrollment) return logger.warn({ messageId, topicArn }, 'SNS message is not for this service')
    if (!takesWelcome) return
    logger.info({ recordCount: 1 }, 'Received enrollment event')
    onNewMail()
  }

  function reportRepeated(messageId: string): void {
    logger.debug({ messageId }, 'SNS message was taken before')
  }

  await app.register(async (child) => {
    // SNS calls its JSON plain text.
    child.addContentTypeParser('text/plain', { parseAs: 'string' }, async (_: unknown, body: string) => readJson(body))
    ;(child as HttpApp).post(
      '/webhooks/sns',
      {
        bodyLimit: MAX_BODY_BYTES,
        config: { access: 'public' },
        // The documents are for our own clients; what SNS sends is described by AWS.
        schema: { hide: true, body: snsMessage, response: { 204: z.null() } },
      },
      async ({ body: message }, reply) => {
        await check.assertGenuine(message)
        const { Type: type, TopicArn: topicArn } = message
        if (type === 'Notification') {
          await take(message, reply.raw)
        } else if (type === 'SubscriptionConfirmation') {
          await check.confirm(message)
          logger.info({ topicArn }, 'SNS subscription confirmed')
        } else {
          logger.warn({ topicArn }, 'SNS subscription ended')
        }
        return reply.code(204).send(null)
      },
    )
  })
}

/** Remembers a message. Returns false if it was taken before. */
async function remember(tx: Transaction, id: string): Promise<boolean> {
  const { rowCount } = await queryNamed(tx, {
    name: 'remember-sns-message',
    text: 'INSERT INTO sns_messages (id) VALUES ($1) ON CONFLICT DO NOTHING',
    values: [id],
  })
  return rowCount === 1
}

/** Returns undefined if the text is not JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
