import { createHash } from 'node:crypto'
import {
  GetSendQuotaCommand,
  SESClient,
  SendRawEmailCommand,
  type SendRawEmailCommandInput,
  type SendRawEmailCommandOutput,
} from '@aws-sdk/client-ses'
import { createQuerySender, encodeQuery, inSpan } from '@coursewire/service-kit'
import { SpanKind } from '@opentelemetry/api'
import MailComposer from 'nodemailer/lib/mail-composer'
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
  /** Mail clients offer it as a button: a POST to it ends mails of this kind, without a question (RFC 8058). */
  unsubscribeUrl?: string
  attachments?: Attachment[]
}

interface Attachment {
  filename: string
  contentType: string
  content: string
}

/** How much the account may send. */
export interface Quota {
  perSecond: number
  /** In 24 hours; null is no limit. */
  perDay: number | null
  /** In the last 24 hours. */
  sentToday: number
}

export interface Mailer {
  /**
   * Sends a mail at most once, without retries. Calls `assertTimely` at the last moment before the request leaves; if that throws,
   * nothing is sent. Never throws.
   */
  send(mail: Mail, tags: { sendId: string; attempt: number }, assertTimely: () => void): Promise<Outcome>
  /** Rejects if SES does not tell. */
  getQuota(): Promise<Quota>
  close(): void
}

const span = {
  kind: SpanKind.CLIENT,
  attributes: { 'rpc.system.name': 'aws-api', 'rpc.method': 'SES/SendRawEmail' },
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

  const sendForm = createQuerySender<SendRawEmailCommandInput, SendRawEmailCommandOutput>(
    client.config.requestHandler,
    (plugin) => {
      const command = new SendRawEmailCommand({ RawMessage: { Data: new Uint8Array() } })
      command.middlewareStack.use(plugin)
      return client.send(command)
    },
  )

  return {
    async send(mail, { sendId, attempt }, assertTimely) {
      const abortSignal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
      let hasLeft = false
      try {
        const raw = await writeMime({ ...mail, from: mail.from ?? options.from })
        const form = encodeQuery('SendRawEmail', '2010-12-01', {
          // These alone decide who gets the mail, and not its headers.
          Destinations: [mail.to],
          RawMessage: { Data: raw.toString('base64') },
          Tags: [
            { Name: 'send_id', Value: sendId },
            { Name: 'attempt', Value: String(attempt) },
          ],
          ConfigurationSetName: options.configurationSet,
        })
        const { MessageId } = await inSpan('SES SendRawEmail', span, () =>
          sendForm(form, {
            abortSignal,
            onDeparture() {
              assertTimely()
              abortSignal.throwIfAborted()
              hasLeft = true
            },
          }),
        )
        if (!MessageId) throw new Error('SES answered without a MessageId')
        const sha256 = createHash('sha256').update(raw).digest('hex')
        return { status: 'sent', messageId: MessageId, content: { bytes: raw.length, sha256 } }
      } catch (error) {
        return explainFailure(error, hasLeft)
      }
    },
    async getQuota() {
      const abortSignal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
      const quota = await client.send(new GetSendQuotaCommand({}), { abortSignal })
      const { MaxSendRate: perSecond, Max24HourSend: perDay = -1, SentLast24Hours: sentToday = 0 } = quota
      if (!perSecond) throw new Error('SES tells no rate')
      return { perSecond, perDay: perDay < 0 ? null : perDay, sentToday }
    },
    close: () => client.destroy(),
  }
}

function writeMime({ from, replyTo, to, subject, html, text, ...mail }: Mail & { from: string }): Promise<Buffer> {
  const { unsubscribeUrl, attachments } = mail
  return new MailComposer({
    from,
    to,
    ...(replyTo !== null && { replyTo }),
    // UTF-8 has no unpaired surrogates.
    subject: subject.toWellFormed(),
    html: html.toWellFormed(),
    text: text.toWellFormed(),
    ...(unsubscribeUrl !== undefined && {
      headers: {
        // Parsing it encodes everything that would end the header.
        'List-Unsubscribe': `<${new URL(unsubscribeUrl).href}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    }),
    ...(attachments && { attachments }),
    newline: '\r\n',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}
