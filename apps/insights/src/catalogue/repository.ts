import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { pages } from '../db/schema.ts'

/** A change of a distribution, as an event tells of it. A value that the event does not name stays as it is. */
interface PageChange {
  tenantId: string
  distributionId: string
  courseId?: string | undefined
  parentId?: string | null
  slug?: string | undefined
  title?: string | undefined
  isWhole?: boolean
  isDeleted?: boolean
  isPublic?: boolean
  isListed?: boolean | undefined
  at: string
}

/** Applies a change. Names, and whether it is public and listed, are those of the latest event; the rest never changes once it is known. */
export async function changePage(tx: Transaction, change: PageChange): Promise<void> {
  const { tenantId, distributionId, courseId, parentId, slug, title, isWhole = false, isDeleted = false, at } = change
  const { isPublic, isListed } = change
  const toldAt = (value: unknown) => (value === undefined ? null : at)
  await tx.execute(sql`INSERT INTO tenants (tenant_id) VALUES (${tenantId}) ON CONFLICT DO NOTHING`)
  await tx.execute(sql`
    INSERT INTO pages AS known (tenant_id, distribution_id, course_id, parent_id, slug, named_at, title, titled_at, is_whole,
                                deleted_at, is_public, shown_at, is_listed, listed_at)
    VALUES (${tenantId}, ${distributionId}, ${courseId ?? null}, ${parentId ?? null}, ${slug ?? null}, ${toldAt(slug)},
            ${title ?? null}, ${toldAt(title)}, ${isWhole}, ${isDeleted ? at : null}, ${isPublic ?? false},
            ${toldAt(isPublic)}, ${isListed ?? true}, ${toldAt(isListed)})
    ON CONFLICT (tenant_id, distribution_id) DO UPDATE SET
      course_id = coalesce(known.course_id, excluded.course_id),
      parent_id = coalesce(known.parent_id, excluded.parent_id),
      slug = CASE WHEN ${isNewer('named_at')} THEN excluded.slug ELSE known.slug END,
      named_at = greatest(known.named_at, excluded.named_at),
      title = CASE WHEN ${isNewer('titled_at')} THEN excluded.title ELSE known.title END,
      titled_at = greatest(known.titled_at, excluded.titled_at),
      is_whole = known.is_whole OR excluded.is_whole,
      deleted_at = coalesce(known.deleted_at, excluded.deleted_at),
      is_public = CASE WHEN ${isNewer('shown_at')} THEN excluded.is_public ELSE known.is_public END,
      shown_at = greatest(known.shown_at, excluded.shown_at),
      is_listed = CASE WHEN ${isNewer('listed_at')} THEN excluded.is_listed ELSE known.is_listed END,
      listed_at = greatest(known.listed_at, excluded.listed_at)`)
}

const isNewer = (column: 'named_at' | 'titled_at' | 'shown_at' | 'listed_at') =>
  sql.raw(`excluded.${column} >= coalesce(known.${column}, '-infinity')`)

const shown = {
  distributionId: pages.distributionId,
  courseId: pages.courseId,
  parentId: pages.parentId,
  slug: pages.slug,
  title: pages.title,
  isDeleted: sql<boolean>`${pages.deletedAt} IS NOT NULL`,
}

export type Page = {
  [Name in keyof typeof shown]: Name extends 'distributionId'
    ? string
    : Name extends 'isDeleted'
      ? boolean
      : string | null
}

export async function findPage(db: Database, tenantId: string, distributionId: string): Promise<Page | null> {
  const isIt = and(eq(pages.tenantId, tenantId), eq(pages.distributionId, distributionId))
  const [page] = await db.select(shown).from(pages).where(isIt)
  return page ?? null
}

/** Lists every distribution that a course has had, the first one first. */
export function listPages(db: Database, tenantId: string, courseId: string): Promise<Page[]> {
  return db
    .select(shown)
    .from(pages)
    .where(and(eq(pages.tenantId, tenantId), eq(pages.courseId, courseId)))
    .orderBy(pages.distributionId)
}

/** Finds those of the courses that a list of the catalogue shows: any of their distributions is public, listed and not deleted. */
export async function findListed(
  db: Database,
  courses: { tenantId: string; courseId: string }[],
): Promise<{ tenantId: string; courseId: string }[]> {
  const { rows } = await queryNamed<{ tenantId: string; courseId: string }>(db, {
    name: 'find-listed-courses',
    text: `
      SELECT tenant_id AS "tenantId", course_id AS "courseId"
      FROM unnest($1::text[], $2::text[]) AS asked (tenant_id, course_id) WHERE ${isCourseListed('asked.tenant_id', 'asked.course_id')}`,
    values: [courses.map(({ tenantId }) => tenantId), courses.map(({ courseId }) => courseId)],
  })
  return rows
}

/** The condition under which a list of the catalogue shows a course. */
export const isCourseListed = (tenantId: string, courseId: string) => `EXISTS (
  SELECT FROM pages WHERE pages.tenant_id = ${tenantId} AND pages.course_id = ${courseId}
    AND is_public AND is_listed AND deleted_at IS NULL)`
