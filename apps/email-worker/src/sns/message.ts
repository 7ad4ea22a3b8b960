import { createVerify, type KeyObject, X509Certificate } from 'node:crypto'
import { AppError } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'

const text = z.string()
const common = {
  MessageId: text.min(1).max(100),
  TopicArn: text,
  Message: text,
  Timestamp: text,
  SignatureVersion: z.enum(['1', '2']),
  Signature: text,
  SigningCertURL: text,
}
const attribute = z.object({ Type: text, Value: text })

/** The messages that SNS sends to an HTTP endpoint. */
export const snsMessage = z.discriminatedUnion('Type', [
  z.object({
    Type: z.literal('Notification'),
    ...common,
    Subject: text.optional(),
    MessageAttributes: z.record(text, attribute).default({}),
  }),
  z.object({ Type: z.literal('SubscriptionConfirmation'), ...common, Token: text, SubscribeURL: text }),
  z.object({ Type: z.literal('UnsubscribeConfirmation'), ...common, Token: text, SubscribeURL: text }),
])
export type SnsMessage = z.output<typeof snsMessage>
export type Notification = Extract<SnsMessage, { Type: 'Notification' }>

const certificatePath = /^\/SimpleNotificationService-[\da-f]{32}\.pem$/
const MAX_ANSWER_LENGTH = 16 * 1024
const TIMEOUT_MS = 5_000
const MAX_CERTIFICATES = 20
const MAX_FETCHES_PER_MINUTE = 10

/** The names of the signed values, in this order. Each stands before its value; an absent subject is left out. */
const signedNames = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const

/**
 * Creates a check of messages that come from SNS, and a way to confirm subscriptions. `endpoint` is where SNS is, if not at AWS. Messages of
 * any age are accepted: SNS repeats for an hour what is not taken, and an operator may send it again days later.
 */
export function createSnsCheck(options: { region: string; topicArns: string[]; endpoint?: string | undefined }) {
  const { region, topicArns } = options
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const origin = new URL(options.endpoint ?? `https://sns.${region}.${suffix}`).origin
  const keys = new LRUCache<string, Promise<KeyObject>>({ max: MAX_CERTIFICATES })
  let minute = 0
  let fetches = 0

  function getKey(url: string): Promise<KeyObject> {
    const known = keys.get(url)
    if (known) return known
    countFetch()
    const fetching = fetchKey(url)
    keys.set(url, fetching)
    fetching.catch(() => keys.delete(url))
    return fetching
  }

  /** Anybody can name a certificate that does not exist. */
  function countFetch(): void {
    const current = Math.floor(performance.now() / 60_000)
    if (current !== minute) [minute, fetches] = [current, 0]
    fetches += 1
    if (fetches > MAX_FETCHES_PER_MINUTE) {
      throw new AppError('unavailable', 'certificate.busy', 'Too many certificates are being asked for')
    }
  }

  function requireOwn(address: string): URL {
    const url = URL.canParse(address) ? new URL(address) : null
    if (url?.origin !== origin || url.username !== '' || url.password !== '') throw refusal('not an address of SNS')
    return url
  }

  return {
    /** Throws a `forbidden` AppError unless the message was signed by SNS for one of our topics. */
    async assertGenuine(message: SnsMessage): Promise<void> {
      if (!topicArns.includes(message.TopicArn)) throw refusal('another topic')
      const url = requireOwn(message.SigningCertURL)
      if (!certificatePath.test(url.pathname) || url.search !== '' || url.hash !== '')
        throw refusal('another certificate')
      const values: Partial<Record<string, unknown>> = message
      const signed = signedNames[message.Type]
        .filter((name) => values[name] !== undefined)
        .map((name) => `${name}\n${String(values[name])}\n`)
      const isGenuine = createVerify(message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
        .update(signed.join(''))
        .verify(await getKey(url.href), message.Signature, 'base64')
      if (!isGenuine) throw refusal('a wrong signature')
    },
    /** Confirms the subscription that a genuine message asks about. */
    async confirm({
      SubscribeURL,
      TopicArn,
    }: Extract<SnsMessage, { Type: 'SubscriptionConfirmation' }>): Promise<void> {
      const url = requireOwn(SubscribeURL)
      const { Action, TopicArn: topicArn } = Object.fromEntries(url.searchParams)
      if (url.pathname !== '/' || Action !== 'ConfirmSubscription' || topicArn !== TopicArn)
        throw refusal('another link')
      await fetchText(url.href)
    },
  }
}

export type SnsCheck = ReturnType<typeof createSnsCheck>

async function fetchKey(url: string): Promise<KeyObject> {
  const pem = await fetchText(url)
  try {
    return new X509Certificate(pem).publicKey
  } catch (cause) {
    throw new AppError('unavailable', 'certificate.unreadable', 'The certificate of SNS cannot be read', {}, { cause })
  }
}

/** Reads the beginning of an answer. */
async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    let content = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      content += decoder.decode(chunk, { stream: true })
      if (content.length > MAX_ANSWER_LENGTH) break
    }
    if (response.ok) return content
    throw new Error(`SNS answers with ${response.status}`)
  } catch (cause) {
    throw new AppError('unavailable', 'sns.unreachable', 'SNS does not answer', { url }, { cause })
  }
}

function refusal(reason: string): AppError {
  return new AppError('forbidden', 'sns.refused', `The message does not come from SNS for us: ${reason}`)
}
