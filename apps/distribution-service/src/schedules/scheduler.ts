import {
  AppError,
  createOutageLog,
  type Database,
  type Logger,
  type Moment,
  startTicking,
} from '@coursewire/service-kit'
import { findDue, markFailed, type Scheduled } from './repository.ts'

const LOOK_EVERY_MS = 1_000
const MAX_AT_ONCE = 100

/**
 * Makes the planned changes that are due, once a second and on every instance. The instance that locks the distribution first makes the
 * change. If a change cannot be made, because the distribution is incomplete for example, it stays planned with the reason.
 */
export function startScheduler(ctx: {
  db: Database
  logger: Logger
  now: () => Moment
  /** Throws an `AppError` if the change cannot be made. */
  carryOut: (due: Scheduled & { tenantId: string }) => Promise<void>
}): { close(): Promise<void> } {
  const { db, logger, now, carryOut } = ctx
  const looking = createOutageLog(logger, {
    failing: 'Schedules cannot be carried out now',
    works: 'Schedules are carried out again',
  })

  async function look(): Promise<void> {
    try {
      for (const due of await findDue(db, now(), MAX_AT_ONCE)) {
        await carryOut(due).catch(async (error: unknown) => {
          if (!(error instanceof AppError)) throw error
          logger.warn({ distributionId: due.distributionId, visibility: due.visibility, err: error }, 'Schedule failed')
          await markFailed(db, due, error.message)
        })
      }
      looking.worked()
    } catch (error) {
      looking.failed(error)
    }
  }

  return startTicking(LOOK_EVERY_MS, look)
}
