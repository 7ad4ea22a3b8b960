import type { accountErased, EventEnvelope, EventOf, enrollmentCancelled } from '@coursewire/events'
import type { Logger, Transaction } from '@coursewire/service-kit'
import { type OwedEmail, toEnrollmentEmail } from './email.ts'
import { eraseAccount, insertEmails, withdrawEmail } from './repository.ts'

/** Records the mails that events ask for. The sender sends them from those rows later. */
export function owe<Event extends EventEnvelope>(options: {
  logger: Logger
  /** The log says this about the events. */
  message: string
  toEmail: (event: Event) => OwedEmail
}) {
  return async (tx: Transaction, events: Event[]): Promise<void> => {
    options.logger.info({ recordCount: events.length }, options.message)
    await insertEmails(tx, events.map(options.toEmail))
  }
}

/** A student who has left is told so. A welcome mail that was not sent yet is withdrawn. */
export function onEnrollmentCancelled(logger: Logger) {
  return async (tx: Transaction, event: EventOf<typeof enrollmentCancelled>): Promise<void> => {
    const count = await withdrawEmail(tx, toEnrollmentEmail('welcome', event), 'the enrolment was cancelled')
    await insertEmails(tx, [toEnrollmentEmail('enrollment_cancelled', event)])
    const { student_id: studentId, course_id: courseId } = event.payload
    if (count > 0) logger.info({ studentId, courseId, count }, 'Email withdrawn')
  }
}

/** The recipient does not exist any more. */
export function onAccountErased(logger: Logger) {
  return async (tx: Transaction, { meta, payload }: EventOf<typeof accountErased>): Promise<void> => {
    const count = await eraseAccount(tx, meta.tenant_id, payload.account_id)
    if (count > 0) logger.info({ accountId: payload.account_id, count }, 'Email withdrawn')
  }
}
