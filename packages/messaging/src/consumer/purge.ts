import type { Database, Logger } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'

/**
 * How long an event is remembered: as long as a copy of it can still come. That is the retention of its topic and segment (30 + 1 days),
 * and of the dead letter that it may have become (90 days).
 */
const KEEP_DAYS = 30 + 1 + 90
const EVERY_MS = 3_600_000

/** Purges once an hour. A failure is logged and left to the next time. Returns a function that ends it. */
export function startPurging(db: Database, consumer: string, logger: Logger): () => void {
  const timer = setInterval(() => {
    purgeDedup(db, consumer).then(
      (purged) => purged > 0 && logger.info({ purged }, 'Old events forgotten'),
      (error: unknown) => logger.warn({ err: error }, 'Old events not forgotten'),
    )
  }, EVERY_MS)
  return () => clearInterval(timer)
}

/** Deletes events that can no longer come again, `chunk` rows per statement, and returns their number. */
export async function purgeDedup(db: Database, consumer: string, chunk = 10_000): Promise<number> {
  let purged = 0
  for (;;) {
    const { rowCount } = await db.execute(sql`
      DELETE FROM event_dedup WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM event_dedup
        WHERE consumer = ${consumer} AND processed_at < now() - make_interval(days => ${KEEP_DAYS})
        LIMIT ${chunk}))`)
    purged += rowCount ?? 0
    if ((rowCount ?? 0) < chunk) return purged
  }
}
