import type { EventOf, enrollmentCompleted } from '@coursewire/events'
import type { Logger, Transaction } from '@coursewire/service-kit'
import { v7 as createId } from 'uuid'
import { toWelcomeEmail } from './email.ts'
import { insertEmails } from './repository.ts'

type EnrollmentCompleted = EventOf<typeof enrollmentCompleted>

/** Records which mails are due. The sender sends them from those rows later. */
export function onEnrollmentCompleted(logger: Logger) {
  return async (tx: Transaction, events: EnrollmentCompleted[]): Promise<void> => {
    logger.info({ recordCount: events.length }, 'Received enrollment event')
    await insertEmails(
      tx,
      events.map((event) => ({ id: createId(), ...toWelcomeEmail(event) })),
    )
  }
}
