import { AppError, type Database, type Moment, type Transaction } from '@coursewire/service-kit'
import { and, asc, eq, isNull, lte } from 'drizzle-orm'
import { distributions, schedules } from '../db/schema.ts'

/** The visibility a distribution is to have from a moment on; with an error, could not have. */
export type Scheduled = typeof schedules.$inferSelect
type Key = Pick<Scheduled, 'distributionId' | 'visibility'>

/** The plan of an editor. `reason` belongs to the unpublishing. */
export type Plan = { publishAt: string | null; unpublishAt: string | null; reason: string | null }

/** The order is undefined. */
export async function readSchedule(db: Database, distributionId: string): Promise<Scheduled[]> {
  return db.select().from(schedules).where(eq(schedules.distributionId, distributionId))
}

/** Puts the plan in the place of what was planned for a locked distribution. Throws `invalid` for what is past or in no order. */
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
  // As Postgres reads them, in UTC: what came may have any offset.
  const [earlier, later] = written.map(({ at }) => at)
  if (written.some(({ at }) => at <= now)) throw new AppError('invalid', 'schedule.past', 'A moment has passed already')
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

/** Takes what was planned off the schedule, so that it happens once; false when it is not there any more, or not the same. */
export async function takeScheduled(tx: Transaction, key: Key & Partial<Pick<Scheduled, 'at'>>): Promise<boolean> {
  const { at } = key
  const taken = await tx
    .delete(schedules)
    .where(and(isKey(key), at === undefined ? undefined : eq(schedules.at, at)))
    .returning({ at: schedules.at })
  return taken.length > 0
}

/** Leaves it on the schedule as what could not be done. */
export async function markFailed(db: Database, { at, ...key }: Scheduled, error: string): Promise<void> {
  await db
    .update(schedules)
    .set({ error })
    .where(and(isKey(key), eq(schedules.at, at)))
}

const isKey = ({ distributionId, visibility }: Key) =>
  and(eq(schedules.distributionId, distributionId), eq(schedules.visibility, visibility))
