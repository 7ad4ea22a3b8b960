import { type Database, readMoment, type Transaction } from '@coursewire/service-kit'
import { and, desc, eq, sql } from 'drizzle-orm'
import { changes, slugs } from '../db/schema.ts'

/** A change of a page, as an event tells of it. A value that the event does not name stays as it is. */
export interface PageChange {
  tenantId: string
  distributionId: string
  slug?: string | undefined
  title?: string | undefined
  isPublic?: boolean
  at: string
}

/** Applies a change as far as no later one is known; Postgres compares the moments, to the microsecond. */
export async function changePage(tx: Transaction, change: PageChange): Promise<void> {
  const { tenantId, distributionId, slug = null, title = null, isPublic = null, at } = change
  const namedAt = slug === null ? null : at
  const titledAt = title === null ? null : at
  const shownAt = isPublic === null ? null : at
  const isNewer = (column: 'named_at' | 'titled_at' | 'shown_at') =>
    sql.raw(`excluded.${column} >= coalesce(known.${column}, '-infinity')`)
  await tx.execute(sql`
    INSERT INTO pages AS known (tenant_id, distribution_id, slug, named_at, title, titled_at, is_public, shown_at)
    VALUES (${tenantId}, ${distributionId}, ${slug}, ${namedAt}, ${title}, ${titledAt}, ${isPublic ?? false}, ${shownAt})
    ON CONFLICT (tenant_id, distribution_id) DO UPDATE SET
      slug = CASE WHEN ${isNewer('named_at')} THEN excluded.slug ELSE known.slug END,
      named_at = greatest(known.named_at, excluded.named_at),
      title = CASE WHEN ${isNewer('titled_at')} THEN excluded.title ELSE known.title END,
      titled_at = greatest(known.titled_at, excluded.titled_at),
      is_public = CASE WHEN ${isNewer('shown_at')} THEN excluded.is_public ELSE known.is_public END,
      shown_at = greatest(known.shown_at, excluded.shown_at)`)
  if (slug === null) return
  await tx
    .insert(slugs)
    .values({ tenantId, slug, distributionId, at })
    .onConflictDoUpdate({
      target: [slugs.tenantId, slugs.slug, slugs.distributionId],
      set: { at: sql`greatest(${slugs.at}, excluded.at)` },
    })
}

export async function addChange(tx: Transaction, change: typeof changes.$inferInsert): Promise<void> {
  await tx.insert(changes).values(change).onConflictDoNothing()
}

/** A public page. `slug` is its present one. */
interface Page {
  distributionId: string
  slug: string
  title: string | null
  /** Since when it is public, as Postgres writes it. */
  publicSince: string
}

/** Finds the public page that has this slug, or else had it last. */
export async function findPage(db: Database, tenantId: string, slug: string): Promise<Page | null> {
  const { rows } = await db.execute<Page & Record<string, unknown>>(sql`
    SELECT pages.distribution_id AS "distributionId", pages.slug, title, shown_at AS "publicSince"
    FROM slugs JOIN pages USING (tenant_id, distribution_id)
    WHERE tenant_id = ${tenantId} AND slugs.slug = ${slug} AND is_public
    ORDER BY pages.slug = slugs.slug DESC, slugs.at DESC LIMIT 1`)
  return rows[0] ?? null
}

/** Lists the latest versions of a page, the newest first. */
export async function listChanges(db: Database, tenantId: string, distributionId: string, limit: number) {
  const found = await db
    .select({ version: changes.version, at: changes.at, text: changes.text })
    .from(changes)
    .where(and(eq(changes.tenantId, tenantId), eq(changes.distributionId, distributionId)))
    .orderBy(desc(changes.version))
    .limit(limit)
  return found.map(({ version, at, text }) => ({ version: `v${version}`, at: readMoment(at), changelog: text }))
}
