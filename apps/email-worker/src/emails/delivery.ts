import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, CORRELATION_ID, type Database, inSpan, type Logger } from '@coursewire/service-kit'
import { SpanKind } from '@opentelemetry/api'
import type { Email, Outcome } from './email.ts'
import type { Mail, Mailer } from './mailer.ts'
import * as metrics from './metrics.ts'
import { claim, settle } from './repository.ts'
import { findSuppression, hashAddress } from './suppression.ts'
import { getTemplate, type Sources } from './templates.ts'

const MAX_CLAIM_AGE_MS = 15_000
const MAX_RECORD_TRIES = 10

/** The outcome of a mail that could not be prepared. */
type Postponed = Exclude<Outcome, { status: 'sent' | 'unknown' }>

/** The steps after which a worker may die. Tests make it die there. */
export type Step = 'prepared' | 'claimed' | 'answered' | 'recorded'

export interface DeliveryOptions extends Sources {
  db: Database
  mailer: Mailer
  addressHashKey: string
  logger: Logger
  /** Reads a clock that nobody can set, in milliseconds. */
  monotonicMs: () => number
  /** Whether a mail may still be claimed. A claimed mail is always sent. */
  mayClaim: () => boolean
  onStep: (step: Step) => void | Promise<void>
}

/**
 * Delivers one mail: fetch and render, claim, send, record. If the worker dies before the claim or after the record, the outcome is
 * clear. If it dies in between, the row stays `sending`, no program sends it again, and it ends as `unknown`.
 */
export function createDelivery(options: DeliveryOptions) {
  const { db, mailer, monotonicMs, mayClaim, onStep } = options

  async function prepare(email: Email, logger: Logger): Promise<Mail | Postponed> {
    try {
      const template = getTemplate(email.template)
      const { message, fields } = template.describe(email)
      logger.info(fields, message)
      return await template.write(email, options)
    } catch (error) {
      if (error instanceof AppError) return judge(error, email)
      // This mail triggers a bug of ours, so a retry would not help. Once the bug is fixed, a person can resend the mail.
      logger.error({ err: error }, 'Email cannot be prepared')
      return { status: 'failed', reason: String(error), failure: 'fault' }
    }
  }

  async function record(email: Email, outcome: Outcome, logger: Logger): Promise<void> {
    metrics.emailOutcomes.add(1, { outcome: outcome.status })
    report(outcome, logger)
    for (let tries = 1; ; tries += 1) {
      try {
        // Nobody waits for news about a mail: the relay sends what it finds every two seconds, hundreds at a time.
        if (!(await settle(db, email, outcome))) logger.warn({ outcome }, 'Email was settled without this attempt')
        return
      } catch (error) {
        if (tries === MAX_RECORD_TRIES) throw error
        logger.warn({ err: error }, 'Email outcome not recorded, trying again')
        await sleep(Math.min(100 * 2 ** tries, 5_000))
      }
    }
  }

  async function deliver(email: Email): Promise<Outcome | null> {
    const { id, correlationId } = email
    const logger = options.logger.child({ emailId: id, correlationId })
    const prepared = await prepare(email, logger)
    if ('status' in prepared) {
      await record(email, prepared, logger)
      return prepared
    }
    await onStep('prepared')

    if (!mayClaim()) return null
    const claimedAt = monotonicMs()
    const addressHash = hashAddress(prepared.to, options.addressHashKey)
    if (!(await claim(db, email, addressHash))) {
      const suppression = await findSuppression(db, email.tenantId, addressHash)
      if (suppression === null) return null
      const suppressed = { status: 'suppressed', reason: `an earlier mail ${suppression.reason}` } as const
      await record(email, suppressed, logger)
      return suppressed
    }
    await onStep('claimed')

    const attempt = email.attempt + 1
    const outcome = await mailer.send(prepared, { sendId: id, attempt }, () => {
      if (monotonicMs() - claimedAt > MAX_CLAIM_AGE_MS) throw new Error('the claim is too old to send the mail')
    })
    await onStep('answered')

    await record({ ...email, attempt }, outcome, logger)
    await onStep('recorded')
    return outcome
  }

  /** Resolves to the outcome, or to null if the mail was left to another worker. */
  return (email: Email): Promise<Outcome | null> => {
    const attributes = { [CORRELATION_ID]: email.correlationId, 'coursewire.template': email.template }
    const span = { kind: SpanKind.CONSUMER, attributes, parent: email.traceparent }
    return inSpan('deliver mail', span, () => deliver(email))
  }
}

/** The steps by which an operator ends failures with these codes. */
const remedies: Record<string, string> = {
  'client.invalid': "Repeat create-client with this service's SERVICE_CLIENT_ID and SERVICE_CLIENT_SECRET",
  'tenant.forbidden': 'Repeat create-client with this tenant too',
  'scope.insufficient': 'Repeat create-client with --scopes account-mails',
}

/** Decides what a failed preparation means for the mail. */
function judge({ kind, code, message }: AppError, { isOld }: Email): Postponed {
  const remedy = remedies[code]
  if (kind === 'unavailable') return { status: 'pending', reason: `${message} (${code})`, isOutage: true, remedy }
  if (kind === 'gone') return { status: 'failed', reason: message, failure: 'absent' }
  if (kind === 'invalid') return { status: 'failed', reason: message, failure: 'fault' }
  // A wrong base URL or a database that is being restored looks like something that does not exist, and only an operator can give us
  // access to a tenant. After a day we believe the answer. Until then the mails of other tenants go on.
  const reason = kind === 'not-found' ? message : `${message} (${code})`
  return isOld
    ? { status: 'failed', reason, failure: kind === 'not-found' ? 'absent' : 'fault' }
    : { status: 'pending', reason, isOutage: false, remedy }
}

function report(outcome: Outcome, logger: Logger): void {
  switch (outcome.status) {
    case 'sent':
      return logger.info({ messageId: outcome.messageId }, 'Email sent successfully')
    case 'failed':
      return logger.warn({ reason: outcome.reason }, 'Email cannot be sent')
    case 'suppressed':
      return logger.warn({ reason: outcome.reason }, 'Email is not sent to this address')
    case 'pending': {
      const { reason, remedy } = outcome
      if (remedy === undefined) return logger.warn({ reason }, 'Email postponed')
      return logger.error({ reason, remedy }, 'Email waits for an operator')
    }
    case 'unknown':
      return logger.error({ reason: outcome.reason }, 'Email may or may not have been sent')
  }
}
