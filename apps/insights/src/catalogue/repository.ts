import type { Database, Transaction } from '@coursewire/service-kit'
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
  at: string
}

/** Applies a change. Names are those of the latest event; the rest never changes once it is known. */
export async function changePage(tx: Transaction, change: PageChange): Promise<void> {
  const { tenantId, distributionId, courseId, parentId, slug, title, isWhole = false, isDeleted = false, at } = change
  await tx.execute(sql`INSERT INTO tenants (tenant_id) VALUES (${tenantId}) ON CONFLICT DO NOTHING`)
  await tx.execute(sql`
    INSERT INTO pages AS known (tenant_id, distribution_id, course_id, parent_id, slug, title, named_at, is_whole, deleted_at)
    VALUES (${tenantId}, ${distributionId}, ${courseId ?? null}, ${parentId ?? null}, ${slug ?? null}, ${title ?? null},
            ${at}, ${isWhole}, ${isDeleted ? at : null})
    ON CONFLICT (tenant_id, distribution_id) DO UPDATE SET
      course_id = coalesce(known.course_id, excluded.course_id),
      parent_id = coalesce(known.parent_id, excluded.parent_id),
      slug = CASE WHEN excluded.named_at >= known.named_at THEN coalesce(excluded.slug, known.slug)
                  ELSE coalesce(known.slug, excluded.slug) END,
      title = CASE WHEN excluded.named_at >= known.named_at THEN coalesce(excluded.title, known.title)
                   ELSE coalesce(known.title, excluded.title) END,
      named_at = greatest(known.named_at, excluded.named_at),
      is_whole = known.is_whole OR excluded.is_whole,
      deleted_at = coalesce(known.deleted_at, excluded.deleted_at)`)
}

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
