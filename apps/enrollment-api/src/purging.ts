import type { Database, Logger } from '@coursewire/service-kit'
import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { accountRequests, limits } from './db/schema.ts'
import { purgeSessions } from './sessions/repository.ts'

const EVERY_MS = 600_000
const ROWS_PER_STATEMENT = 10_000

/** Each deletes the rows that are over, and returns their number. Another instance may do the same at the same moment. */
const purges = {
  limits: (db: Database) => purgeExpired(db, limits, limits.key, sql`now()`),
  // An expired request is remembered for a day, in which its mail may still be asked for.
  'account requests': (db: Database) =>
    purgeExpired(db, accountRequests, accountRequests.id, sql`now() - interval '1 day'`),
  sessions: purgeSessions,
}

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

/** Leaves out rows that somebody else has locked. */
async function purgeExpired(
  db: Database,
  table: typeof limits | typeof accountRequests,
  key: PgColumn,
  before: SQL,
): Promise<number> {
  let total = 0
  for (;;) {
    const { rowCount } = await db.execute(sql`
      DELETE FROM ${table} WHERE ${key} = ANY (ARRAY (
        SELECT ${key} FROM ${table} WHERE ${table.expiresAt} <= ${before}
        ORDER BY ${table.expiresAt} LIMIT ${ROWS_PER_STATEMENT} FOR UPDATE SKIP LOCKED))`)
    total += rowCount ?? 0
    if ((rowCount ?? 0) < ROWS_PER_STATEMENT) return total
  }
}
