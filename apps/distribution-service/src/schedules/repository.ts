import { AppError, type Database, type Moment, type Transaction } from '@coursewire/service-kit'
import { and, asc, eq, isNull, lte } from 'drizzle-orm'
import { distributions, schedules } from '../db/schema.ts'

/** A planned change of visibility. With an error, it could not be made. */
export type Scheduled = typeof schedules.$inferSelect
type Key = Pick<Scheduled, 'distributionId' | 'visibility'>

/** The plan of an editor. `reason` belongs to the unpublishing. */
export type Plan = { publishAt: string | null; unpublishAt: string | null; reason: string | null }

/** The order is undefined. */
export async function readSchedule(db: Database, distributionId: string): Promise<Scheduled[]> {
  return db.select().from(schedules).where(eq(schedules.distributionId, distributionId))
}

/** Replaces the plan of a locked distribution. Throws `invalid` if a moment is past, or the two are in the wrong order. */
export async function writeSchedule(
  tx: Transaction,
  distributionId: string,
  { publishAt, unpublishAt, reason }: Plan,
  about: { correlationId: string; now: Moment },
): Promise<Scheduled[]> {
  const { correlationId, now } = about
  await tx.delete(schedules).where(eq(schedules.distributionId, distributionId))
  const rows: (typeof schedules.$inferInsert)[] = []
  if (publishAt) rows.push({ distributionId, visibility: 'public', at: publishAt, correlationId })
  if (unpublishAt) rows.push({ distributionId, visibility: 'private', at: unpublishAt, reason, correlationId })
  if (rows.length === 0) return []

  const written = await tx.insert(schedules).values(rows).returning()
  // Compares what Postgres has stored, in UTC, because the given moments may have any offset.
  const [earlier, later] = written.map(({ at }) => at)
  if (written.some(({ at }) => at <= now))
    throw new AppError('invalid', 'schedule.past', 'A planned moment is in the past')
  if (earlier !== undefined && later !== undefined && earlier >= later) {
    throw new AppError('invalid', 'schedule.order', 'unpublishAt must be later than publishAt')
  }
  return written
}

/** The due entries of all tenants, earliest first. */
export async function findDue(db: Database, now: Moment, limit: number): Promise<(Scheduled & { tenantId: string })[]> {
  const rows = await db
    .select({ scheduled: schedules, tenantId: distributions.tenantId })
    .from(schedules)
    .innerJoin(distributions, eq(distributions.id, schedules.distributionId))
    .where(and(isNull(schedules.error), lte(schedules.at, now)))
    .orderBy(asc(schedules.at))
    .limit(limit)
  return rows.map(({ scheduled, tenantId }) => ({ ...scheduled, tenantId }))
}

/** Removes a planned change, so that it is made once. Returns false if it is not planned any more, or was planned anew. */
export async function takeScheduled(tx: Transaction, key: Key & Partial<Pick<Scheduled, 'at'>>): Promise<boolean> {
  const { at } = key
  const taken = await tx
    .delete(schedules)
    .where(and(isKey(key), at === undefined ? undefined : eq(schedules.at, at)))
    .returning({ at: schedules.at })
  return taken.length > 0
}

/** Keeps a planned change with the reason why it could not be made. */
export async function markFailed(db: Database, { at, ...key }: Scheduled, error: string): Promise<void> {
  await db
    .update(schedules)
    .set({ error })
    .where(and(isKey(key), eq(schedules.at, at)))
}

const isKey = ({ distributionId, visibility }: Key) =>
  and(eq(schedules.distributionId, distributionId), eq(schedules.visibility, visibility))
