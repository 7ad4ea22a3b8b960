import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, type Database, type Logger } from '@coursewire/service-kit'
import type { Directory } from './directory.ts'
import type { Email, Outcome } from './email.ts'
import type { Mail, Mailer } from './mailer.ts'
import * as metrics from './metrics.ts'
import { claim, settle } from './repository.ts'
import { composeWelcomeMail, findFault } from './welcome-mail.tsx'

const MAX_CLAIM_AGE_MS = 15_000
const MAX_RECORD_TRIES = 10

/** The steps after which a worker may die. Tests make it die there. */
export type Step = 'prepared' | 'claimed' | 'answered' | 'recorded'

export interface DeliveryOptions {
  db: Database
  directory: Directory
  mailer: Mailer
  logger: Logger
  webUrl: string
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
  const { db, directory, mailer, webUrl, monotonicMs, mayClaim, onStep } = options

  async function prepare(email: Email, logger: Logger): Promise<Mail | Exclude<Outcome, { status: 'sent' }>> {
    try {
      const { student, course } = await directory(email)
      if (!student || !course) {
        const reason = student ? 'the course is not known' : 'the student is not known'
        // A wrong base URL or a database that is being restored looks the same. After a day we believe the answer.
        return email.isOld ? { status: 'failed', reason } : { status: 'pending', reason, isOutage: false }
      }
      const reason = findFault(student, course)
      return reason ? { status: 'failed', reason } : await composeWelcomeMail(student, course, webUrl)
    } catch (error) {
      if (error instanceof AppError) {
        const reason = `${error.message} (${error.code})`
        if (error.kind === 'unavailable') return { status: 'pending', reason, isOutage: true }
        // Only an operator can give us access to this tenant. Until then the mails of other tenants go on.
        return email.isOld ? { status: 'failed', reason } : { status: 'pending', reason, isOutage: false }
      }
      // This mail triggers a bug of ours, so a retry would not help. Once the bug is fixed, a person can resend the mail.
      logger.error({ err: error }, 'Email cannot be prepared')
      return { status: 'failed', reason: String(error) }
    }
  }

  async function record(email: Email, outcome: Outcome, logger: Logger): Promise<void> {
    metrics.emailOutcomes.add(1, { outcome: outcome.status })
    report(outcome, logger)
    for (let tries = 1; ; tries += 1) {
      try {
        if (!(await settle(db, email, outcome))) logger.error({ outcome }, 'Email was settled without this attempt')
        return
      } catch (error) {
        if (tries === MAX_RECORD_TRIES) throw error
        logger.warn({ err: error }, 'Email outcome not recorded, trying again')
        await sleep(Math.min(100 * 2 ** tries, 5_000))
      }
    }
  }

  /** Resolves to the outcome, or to null if the mail was left to another worker. */
  return async (email: Email): Promise<Outcome | null> => {
    const { id, studentId, source, correlationId } = email
    const logger = options.logger.child({ emailId: id, correlationId })
    logger.info({ studentId, source }, 'Processing enrollment email')

    const prepared = await prepare(email, logger)
    if ('status' in prepared) {
      await record(email, prepared, logger)
      return prepared
    }
    await onStep('prepared')

    if (!mayClaim()) return null
    const claimedAt = monotonicMs()
    if (!(await claim(db, email))) return null
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
}

function report(outcome: Outcome, logger: Logger): void {
  switch (outcome.status) {
    case 'sent':
      return logger.info({ messageId: outcome.messageId }, 'Email sent successfully')
    case 'failed':
      return logger.warn({ reason: outcome.reason }, 'Email cannot be sent')
    case 'pending':
      return logger.warn({ reason: outcome.reason }, 'Email postponed')
    case 'unknown':
      return logger.error({ reason: outcome.reason }, 'Email may or may not have been sent')
  }
}
