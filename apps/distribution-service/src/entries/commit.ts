import type { Database, Logger, Transaction } from '@coursewire/service-kit'
import type { Distribution } from './distribution.ts'
import type { Cause } from './events.ts'

/** The outcome of a use case. One without a message has changed nothing. */
type Outcome<Answer> = { answer: Answer; about?: Pick<Distribution, 'id' | 'courseId'>; message?: string }
export type Commit = <Answer>(cause: Cause, run: (tx: Transaction) => Promise<Outcome<Answer>>) => Promise<Answer>

/**
 * Runs a use case in a transaction, then wakes the relay and logs. Meanwhile the pages of the public are held, so that nobody
 * is shown an entry after the commit that hides or removes it.
 */
export function createCommit(ctx: {
  db: Database
  logger: Logger
  relay: { wake(): void }
  catalogue: { hold(): () => void }
}): Commit {
  const { db, logger, relay, catalogue } = ctx
  return async (cause, run) => {
    const release = catalogue.hold()
    const { answer, about, message } = await db.transaction(run).finally(release)
    if (message) {
      relay.wake()
      const fields = { distributionId: about?.id, courseId: about?.courseId, correlationId: cause.correlationId }
      logger.info(fields, message)
    }
    return answer
  }
}
