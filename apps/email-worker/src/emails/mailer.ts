import { isDeepStrictEqual } from 'node:util'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { readQueryForm } from '@coursewire/service-kit'
import type { Outcome } from './email.ts'
import { explainFailure } from './send-failure.ts'

export interface Mail {
  /** Null means the sender of the mailer. */
  from: string | null
  replyTo: string | null
  to: string
  subject: string
  html: string
  text: string
}

export interface Mailer {
  /**
   * Sends a mail at most once, without retries. Calls `assertTimely` at the last moment before the request leaves; if that throws,
   * nothing is sent. Nothing is sent either if the finished request names anybody but the recipient. Never throws.
   */
  send(mail: Mail, tags: { sendId: string; attempt: number }, assertTimely: () => void): Promise<Outcome>
  close(): void
}

const CONNECT_TIMEOUT_MS = 3_000
const ANSWER_TIMEOUT_MS = 10_000
// Shorter than the server's timeout. If the server dropped the connection first, we could not tell what a reset means.
const IDLE_TIMEOUT_MS = 5_000

export function createSesMailer(options: {
  region: string
  from: string
  configurationSet?: string | undefined
}): Mailer {
  const agent = { keepAlive: true, timeout: IDLE_TIMEOUT_MS }
  const client = new SESClient({
    region: options.region,
    // By default the SDK makes three attempts, and SES has no idempotency key.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, httpAgent: agent, httpsAgent: agent },
  })

  return {
    async send({ from, replyTo, to, ...content }, { sendId, attempt }, assertTimely) {
      // UTF-8 has no unpaired surrogates.
      const [subject, html, text] = [content.subject, content.html, content.text].map((part) => part.toWellFormed())
      const command = new SendEmailCommand({
        Source: from ?? options.from,
        ReplyToAddresses: replyTo === null ? undefined : [replyTo],
        Destination: { ToAddresses: [to] },
        Message: {
          Subject: { Data: subject, Charset: 'UTF-8' },
          Body: { Html: { Data: html, Charset: 'UTF-8' }, Text: { Data: text, Charset: 'UTF-8' } },
        },
        Tags: [
          { Name: 'send_id', Value: sendId },
          { Name: 'attempt', Value: String(attempt) },
        ],
        ConfigurationSetName: options.configurationSet,
      })
      const abortSignal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
      let hasLeft = false
      // Runs after credentials and signature, which may take long, and right before the connection.
      command.middlewareStack.add(
        (next) => async (call) => {
          assertAddressedTo(to, (call.request as { body?: unknown }).body)
          assertTimely()
          abortSignal.throwIfAborted()
          hasLeft = true
          return next(call)
        },
        { step: 'finalizeRequest', priority: 'low', name: 'departure' },
      )
      try {
        const { MessageId } = await client.send(command, { abortSignal })
        if (!MessageId) throw new Error('SES answered without a MessageId')
        return { status: 'sent', messageId: MessageId }
      } catch (error) {
        return explainFailure(error, hasLeft)
      }
    },
    close: () => client.destroy(),
  }
}

function assertAddressedTo(to: string, body: unknown): void {
  const recipients = [...readQueryForm(body)].filter(([name]) => name.startsWith('Destination.'))
  const expected = [['Destination.ToAddresses.member.1', to]]
  const found = recipients.map(([name, value]) => [name, decodeURIComponent(value)])
  if (!isDeepStrictEqual(found, expected)) throw new Error('the finished request names another recipient')
}
