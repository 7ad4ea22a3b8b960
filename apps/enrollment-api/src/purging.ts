import type { Database, Logger } from '@coursewire/service-kit'
import { purgeRequests } from './accounts/request-repository.ts'
import { purgeLimits } from './limits/repository.ts'
import { purgeSessions } from './sessions/repository.ts'

const EVERY_MS = 600_000

/** Each deletes the rows that are over, and returns their number. Another instance may do the same at the same moment. */
const purges = { limits: purgeLimits, 'account requests': purgeRequests, sessions: purgeSessions }

/** Deletes what is over every ten minutes. A failure is logged and left to the next time. Returns a function that ends it. */
export function startPurging(db: Database, logger: Logger): () => void {
  const timer = setInterval(() => {
    for (const [what, purge] of Object.entries(purges)) {
      purge(db).then(
        (purged) => purged > 0 && logger.debug({ what, purged }, 'Old rows purged'),
        (err: unknown) => logger.warn({ what, err }, 'Old rows not purged'),
      )
    }
  }, EVERY_MS)
  return () => clearInterval(timer)
}
