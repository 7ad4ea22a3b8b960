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

/** The steps after which a worker may die; tests have it die there. */
export type Step = 'prepared' | 'claimed' | 'answered' | 'recorded'

export interface DeliveryOptions {
  db: Database
  directory: Directory
  mailer: Mailer
  logger: Logger
  dashboardUrl: string
  /** Milliseconds of a clock that nobody sets. */
  monotonicMs: () => number
  /** Whether a mail may still be claimed: one that is, is sent. */
  mayClaim: () => boolean
  onStep: (step: Step) => void | Promise<void>
}

/**
 * Delivers one mail: fetch and render, claim, send, record. In this order a death before the claim, or after the record,
 * leaves no doubt; in between the row stays `sending`, is never sent again by a program, and ends as `unknown`.
 */
export function createDelivery(options: DeliveryOptions) {
  const { db, directory, mailer, dashboardUrl, monotonicMs, mayClaim, onStep } = options

  async function prepare(email: Email, logger: Logger): Promise<Mail | Exclude<Outcome, { status: 'sent' }>> {
    try {
      const { student, course } = await directory(email)
      if (!student || !course) {
        const reason = student ? 'the course is not known' : 'the student is not known'
        // A wrong base URL and a restored database look the same; after a day it is the truth.
        return email.isOld ? { status: 'failed', reason } : { status: 'pending', reason, isOutage: false }
      }
      const reason = findFault(student, course)
      return reason ? { status: 'failed', reason } : await composeWelcomeMail(student, course, dashboardUrl)
    } catch (error) {
      if (error instanceof AppError) {
        const reason = `${error.message} (${error.code})`
        if (error.kind === 'unavailable') return { status: 'pending', reason, isOutage: true }
        // Only an operator can let us ask for this tenant, and until then the mails of the others go on.
        return email.isOld ? { status: 'failed', reason } : { status: 'pending', reason, isOutage: false }
      }
      // A fault of ours that this mail brings out: no retry mends it. Once it is mended, a person has the mail sent again.
      logger.error({ err: error }, 'Email cannot be prepared')
      return { status: 'failed', reason: String(error) }
    }
  }

  async function record(email: Email, outcome: Outcome, logger: Logger): Promise<void> {
    metrics.emailOutcomes.add(1, { outcome: outcome.status })
    report(outcome, logger)
    for (let tries = 1; ; tries += 1) {
      try {
        if (!(await settle(db, email, outcome))) logger.error({ outcome }, 'Email went on without this attempt')
        return
      } catch (error) {
        if (tries === MAX_RECORD_TRIES) throw error
        logger.warn({ err: error }, 'Email outcome not recorded, trying again')
        await sleep(Math.min(100 * 2 ** tries, 5_000))
      }
    }
  }

  /** Resolves to what became of the mail, or null where it was left to another worker. */
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
      if (monotonicMs() - claimedAt > MAX_CLAIM_AGE_MS) throw new Error('the claim is too old to send on')
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
      return logger.warn({ reason: outcome.reason }, 'Email put off')
    case 'unknown':
      return logger.error({ reason: outcome.reason }, 'Email may have been sent or not')
  }
}
