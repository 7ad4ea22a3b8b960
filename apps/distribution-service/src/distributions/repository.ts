import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { and, arrayContains, desc, eq, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import { distributions } from '../db/schema.ts'
import type { Change, Distribution, Visibility } from './distribution.ts'
import { claimFreeSlug, claimSlug } from './slugs.ts'

export type NewDistribution = Omit<Distribution, 'slug' | 'updatedAt'>

const inTenant = (tenantId: string, id: string) => and(eq(distributions.tenantId, tenantId), eq(distributions.id, id))

/** Throws `not-found`, also for one of another tenant. */
export async function getDistribution(db: Database, tenantId: string, id: string): Promise<Distribution> {
  const [found] = await db.select().from(distributions).where(inTenant(tenantId, id))
  return assertFound(found, id)
}

/**
 * The same, held against every other change until the transaction ends, and with it all of its course. Whoever changes a
 * distribution has its course's row first: the lock that orders all makers and changers.
 */
export async function getForUpdate(tx: Transaction, tenantId: string, id: string): Promise<Distribution> {
  await tx.execute(sql`
    SELECT FROM courses WHERE (tenant_id, course_id) = (
      SELECT tenant_id, course_id FROM distributions WHERE tenant_id = ${tenantId} AND id = ${id}
    ) FOR UPDATE`)
  const [found] = await tx.select().from(distributions).where(inTenant(tenantId, id)).for('update')
  return assertFound(found, id)
}

function assertFound(distribution: Distribution | undefined, id: string): Distribution {
  if (distribution) return distribution
  throw new AppError('not-found', 'distribution.not-found', 'Distribution not found', { distributionId: id })
}

/** All distributions of a course, locked; call it with the course's row locked, so that none can be added meanwhile. */
export async function lockOfCourse(tx: Transaction, tenantId: string, courseId: string): Promise<Distribution[]> {
  return lockAll(tx, and(eq(distributions.tenantId, tenantId), eq(distributions.courseId, courseId)))
}

/** The variants of a distribution, likewise. */
export async function lockVariants(tx: Transaction, { id }: Distribution): Promise<Distribution[]> {
  return lockAll(tx, eq(distributions.derivedFrom, id))
}

async function lockAll(tx: Transaction, where: SQL | undefined): Promise<Distribution[]> {
  return tx.select().from(distributions).where(where).orderBy(distributions.id).for('update')
}

export type Filter = {
  courseId?: string | undefined
  parentId?: string | undefined
  visibility?: Visibility | undefined
  language?: string | undefined
  targetGroup?: string | undefined
  /** In title, description or slug. */
  text?: string | undefined
}

/** Newest first. */
export async function listDistributions(
  db: Database,
  tenantId: string,
  filter: Filter,
  page: { before?: string | undefined; limit: number },
): Promise<Distribution[]> {
  const { id, courseId, derivedFrom, visibility, language, targetGroup, title, description, slug } = distributions
  const when = <Value>(value: Value | undefined, toCondition: (value: Value) => SQL | undefined) =>
    value === undefined ? undefined : toCondition(value)
  const holds = (text: string) => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return db
    .select()
    .from(distributions)
    .where(
      and(
        eq(distributions.tenantId, tenantId),
        when(filter.courseId, (it) => eq(courseId, it)),
        when(filter.parentId, (it) => eq(derivedFrom, it)),
        when(filter.visibility, (it) => eq(visibility, it)),
        when(filter.language, (it) => eq(language, it)),
        when(filter.targetGroup, (it) => arrayContains(targetGroup, [it])),
        when(filter.text, (it) => or(...[title, description, slug].map((column) => ilike(column, holds(it))))),
        when(page.before, (it) => lt(id, it)),
      ),
    )
    .orderBy(desc(id))
    .limit(page.limit)
}

/** Inserts under the slug, or for a title under the first free form of what it asks for. */
export async function insertDistribution(
  tx: Transaction,
  distribution: NewDistribution,
  slug: { exact: string } | { like: string },
): Promise<Distribution> {
  const claimed =
    'exact' in slug ? await claimSlug(tx, distribution, slug.exact) : await claimFreeSlug(tx, distribution, slug.like)
  const [inserted] = await tx
    .insert(distributions)
    .values({ ...distribution, slug: claimed, updatedAt: distribution.createdAt })
    .returning()
  return assertFound(inserted, distribution.id)
}

/**
 * Changes locked rows alike; returns them by id. Listeners let the later moment win, so each moves forward even when the
 * clock has stepped back.
 */
export async function updateDistributions(
  tx: Transaction,
  ids: string[],
  change: Change & { visibility?: Visibility; version?: number },
  at: string,
): Promise<Map<string, Distribution>> {
  const updatedAt = sql`greatest(${at}::timestamptz, ${distributions.updatedAt} + interval '1 microsecond')`
  const updated = await tx
    .update(distributions)
    .set({ ...change, updatedAt })
    .where(inArray(distributions.id, ids))
    .returning()
  return new Map(updated.map((it) => [it.id, it]))
}

/** Changes one locked row. */
export async function updateDistribution(
  tx: Transaction,
  id: string,
  change: Parameters<typeof updateDistributions>[2],
  at: string,
): Promise<Distribution> {
  return assertFound((await updateDistributions(tx, [id], change, at)).get(id), id)
}

/** Removes locked rows; returns when each was, as late as a change would have been, by id. */
export async function deleteDistributions(tx: Transaction, ids: string[], at: string): Promise<Map<string, string>> {
  const deletedAt = sql`greatest(${at}::timestamptz, ${distributions.updatedAt} + interval '1 microsecond')`
  const deleted = await tx
    .delete(distributions)
    .where(inArray(distributions.id, ids))
    .returning({ id: distributions.id, at: deletedAt.mapWith(distributions.updatedAt) })
  return new Map(deleted.map(({ id, at }) => [id, at]))
}
