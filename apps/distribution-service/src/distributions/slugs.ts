import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { slugs } from '../db/schema.ts'
import { chooseFreeSlug } from './slug.ts'

type Owner = { tenantId: string; id: string }

/** Makes `wanted`, or its first free form, a slug of the distribution's. */
export async function claimFreeSlug(tx: Transaction, owner: Owner, wanted: string): Promise<string> {
  while (true) {
    const slug = chooseFreeSlug(wanted, await findTaken(tx, owner.tenantId, wanted))
    // Somebody else may have taken it since: the insert waits for their commit, and then looks again.
    if (await insertSlug(tx, owner, slug)) return slug
  }
}

/** Makes exactly `slug` the distribution's, also again; throws a `conflict` when it is or was somebody else's. */
export async function claimSlug(tx: Transaction, owner: Owner, slug: string): Promise<string> {
  if (!(await insertSlug(tx, owner, slug))) {
    const { tenantId, id } = owner
    const own = and(eq(slugs.tenantId, tenantId), eq(slugs.slug, slug), eq(slugs.distributionId, id))
    if ((await tx.select().from(slugs).where(own)).length === 0) {
      const free = chooseFreeSlug(slug, await findTaken(tx, tenantId, slug))
      throw new AppError('conflict', 'slug.taken', `The slug is or was another distribution's; ${free} is free`, {
        slug,
      })
    }
  }
  return slug
}

/** Whose slug it is or was; null for one that nobody ever had. */
export async function findSlugOwner(db: Database, tenantId: string, slug: string): Promise<string | null> {
  const [found] = await db
    .select({ id: slugs.distributionId })
    .from(slugs)
    .where(and(eq(slugs.tenantId, tenantId), eq(slugs.slug, slug)))
  return found?.id ?? null
}

async function insertSlug(tx: Transaction, { tenantId, id }: Owner, slug: string): Promise<boolean> {
  const inserted = await tx
    .insert(slugs)
    .values({ tenantId, slug, distributionId: id })
    .onConflictDoNothing()
    .returning({ slug: slugs.slug })
  return inserted.length > 0
}

async function findTaken(tx: Transaction, tenantId: string, wanted: string): Promise<Set<string>> {
  const { slug } = slugs
  const rows = await tx
    .select({ slug })
    .from(slugs)
    .where(and(eq(slugs.tenantId, tenantId), sql`${slug} ~ ${`^${wanted}(-[0-9]+)?$`}`))
  return new Set(rows.map((row) => row.slug))
}
