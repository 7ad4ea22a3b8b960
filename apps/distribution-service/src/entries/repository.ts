import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { and, arrayContains, desc, eq, getTableColumns, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import { writeTerms } from '../catalogue/listings.ts'
import { readLanguage } from '../db/language.ts'
import { isAnyOf, selectRows } from '../db/rows.ts'
import { distributions, lostCourses } from '../db/schema.ts'
import { claimFreeSlugs, claimSlug } from '../slugs/repository.ts'
import type { Change, Distribution, Visibility } from './distribution.ts'

export type NewDistribution = Omit<Distribution, 'slug' | 'updatedAt'>

const inTenant = (tenantId: string, id: string) => and(eq(distributions.tenantId, tenantId), eq(distributions.id, id))

/** Throws `not-found`, also for one of another tenant. */
export async function getDistribution(db: Database, tenantId: string, id: string): Promise<Distribution> {
  const [found] = await db.select().from(distributions).where(inTenant(tenantId, id))
  return assertFound(found, id)
}

/**
 * Reads a distribution, and locks it and its whole course until the transaction ends. Every change locks the row of the course first; that
 * lock orders all changes.
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

/** All distributions of courses, locked; call it with the courses' rows locked, so that none can be added meanwhile. */
export async function lockOfCourses(
  tx: Transaction,
  courses: { tenantId: string; courseId: string }[],
): Promise<Distribution[]> {
  if (courses.length === 0) return []
  const ids = courses.map(({ tenantId, courseId }) => [tenantId, courseId])
  return lockAll(tx, isAnyOf([distributions.tenantId, distributions.courseId], ids))
}

/** Locks all variants of these distributions. Their courses must be locked. */
export async function lockVariants(tx: Transaction, parentIds: string[]): Promise<Distribution[]> {
  return parentIds.length === 0 ? [] : lockAll(tx, inArray(distributions.derivedFrom, parentIds))
}

async function lockAll(tx: Transaction, where: SQL | undefined): Promise<Distribution[]> {
  return tx.select().from(distributions).where(where).orderBy(distributions.id).for('update')
}

export type Filter = {
  courseId?: string | undefined
  parentId?: string | undefined
  visibility?: Visibility | undefined
  /** Or a more specific one. */
  language?: string | undefined
  targetGroup?: string | undefined
  /** A part of title, description or slug. */
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
  const stored = filter.language === undefined ? [] : await listLanguages(db, tenantId)
  const meant = stored.filter((tag) => `${readLanguage(tag)}-`.startsWith(`${filter.language}-`))
  const holds = (text: string) => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return db
    .select()
    .from(distributions)
    .where(
      and(
        eq(distributions.tenantId, tenantId),
        when(filter.courseId, (id) => eq(courseId, id)),
        when(filter.parentId, (id) => eq(derivedFrom, id)),
        when(filter.visibility, (wanted) => eq(visibility, wanted)),
        when(filter.language, () => inArray(language, meant)),
        when(filter.targetGroup, (group) => arrayContains(targetGroup, [group])),
        when(filter.text, (text) => or(...[title, description, slug].map((column) => ilike(column, holds(text))))),
        when(page.before, (cursor) => lt(id, cursor)),
      ),
    )
    .orderBy(desc(id))
    .limit(page.limit)
}

/** As they are stored. */
async function listLanguages(db: Database, tenantId: string): Promise<string[]> {
  const { rows } = await db.execute<{ language: string }>(
    sql`SELECT DISTINCT language FROM distributions WHERE tenant_id = ${tenantId}`,
  )
  return rows.map((row) => row.language)
}

/** Inserts a distribution under exactly this slug, or under the first free form of one like it. */
export async function insertDistribution(
  tx: Transaction,
  distribution: NewDistribution,
  slug: { exact: string } | { like: string },
): Promise<Distribution> {
  const claimed =
    'exact' in slug
      ? new Map([[distribution.id, await claimSlug(tx, distribution, slug.exact)]])
      : await claimFreeSlugs(tx, [{ ...distribution, slug: slug.like }])
  const [inserted] = await insertAll(tx, [distribution], claimed)
  return assertFound(inserted, distribution.id)
}

/** Inserts each under the first free form of its slug; of those that ask for the same, the first is served first. */
export async function insertDistributions(
  tx: Transaction,
  wanted: (NewDistribution & { slug: string })[],
): Promise<Distribution[]> {
  if (wanted.length === 0) return []
  return insertAll(tx, wanted, await claimFreeSlugs(tx, wanted))
}

async function insertAll(tx: Transaction, all: NewDistribution[], slugs: Map<string, string>): Promise<Distribution[]> {
  const rows = all.map((distribution) => {
    const slug = slugs.get(distribution.id)
    if (slug === undefined) throw new Error(`No slug was claimed for ${distribution.id}`)
    return { ...distribution, slug, updatedAt: distribution.createdAt }
  })
  await tx.insert(distributions).select(selectRows(distributions, rows))
  return rows
}

type RowChange = Change & { visibility?: Visibility; version?: number }

/**
 * The moment of a change. Listeners let the later one win, so it is later than the one before, even when the clock has stepped
 * back. A moment more than a day ahead, which a wrong clock has left, does not count: no listener accepts it.
 */
function laterThanBefore(at: string): SQL {
  const before = distributions.updatedAt
  return sql`CASE WHEN ${before} > ${at}::timestamptz + interval '1 day' THEN ${at}::timestamptz
    ELSE greatest(${at}::timestamptz, ${before} + interval '1 microsecond') END`
}

/** Changes locked rows, one statement for all in which the same fields change; returns them by id. */
export async function updateDistributions(
  tx: Transaction,
  changes: { id: string; change: RowChange }[],
  at: string,
): Promise<Map<string, Distribution>> {
  const updated = new Map<string, Distribution>()
  const byFields = new Map<string, typeof changes>()
  for (const wanted of changes) {
    const key = Object.keys(wanted.change).join()
    const alike = byFields.get(key) ?? []
    alike.push(wanted)
    byFields.set(key, alike)
  }
  for (const alike of byFields.values()) {
    const fields = Object.keys(alike[0]?.change ?? {}) as (keyof RowChange)[]
    const rows = alike.map(({ id, change }) => ({ ...change, id })) as Distribution[]
    const columns = getTableColumns(distributions)
    const after = await tx
      .update(distributions)
      .set({
        ...Object.fromEntries(fields.map((field) => [field, sql`change.${sql.identifier(columns[field].name)}`])),
        updatedAt: laterThanBefore(at),
      })
      .from(sql`(${selectRows(distributions, rows, ['id', ...fields])}) AS change`)
      .where(eq(distributions.id, sql`change.id`))
      .returning(columns)
    for (const distribution of after) updated.set(distribution.id, distribution)
  }
  await writeTerms(tx, [...updated.values()])
  return updated
}

/** Changes one locked row. */
export async function updateDistribution(
  tx: Transaction,
  id: string,
  change: RowChange,
  at: string,
): Promise<Distribution> {
  return assertFound((await updateDistributions(tx, [{ id, change }], at)).get(id), id)
}

/**
 * Removes locked rows and remembers their courses. Returns the moment of each removal by id, which is later than that of its last change.
 */
export async function deleteDistributions(tx: Transaction, ids: string[], at: string): Promise<Map<string, string>> {
  const deletedAt = laterThanBefore(at)
  const { id, tenantId, courseId } = distributions
  const deleted = await tx
    .delete(distributions)
    .where(inArray(id, ids))
    .returning({ id, tenantId, courseId, at: deletedAt.mapWith(distributions.updatedAt) })
  if (deleted.length > 0) await tx.insert(lostCourses).values(deleted).onConflictDoNothing()
  return new Map(deleted.map(({ id, at }) => [id, at]))
}
