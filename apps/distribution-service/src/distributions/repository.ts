import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { distributions } from '../db/schema.ts'
import type { Change, Distribution, Visibility } from './distribution.ts'
import { chooseFreeSlug } from './slug.ts'

export type NewDistribution = Omit<Distribution, 'slug' | 'updatedAt'>

const inTenant = (tenantId: string, id: string) => and(eq(distributions.tenantId, tenantId), eq(distributions.id, id))

/** Throws `not-found`, also for one of another tenant. */
export async function getDistribution(db: Database, tenantId: string, id: string): Promise<Distribution> {
  const [found] = await db.select().from(distributions).where(inTenant(tenantId, id))
  return assertFound(found, id)
}

/** The same, held against every other change until the transaction ends. */
export async function getForUpdate(tx: Transaction, tenantId: string, id: string): Promise<Distribution> {
  const [found] = await tx.select().from(distributions).where(inTenant(tenantId, id)).for('update')
  return assertFound(found, id)
}

function assertFound(distribution: Distribution | undefined, id: string): Distribution {
  if (distribution) return distribution
  throw new AppError('not-found', 'distribution.not-found', 'Distribution not found', { distributionId: id })
}

/** All distributions of a course, locked; call it with the course's row locked, so that none can be added meanwhile. */
export async function lockOfCourse(tx: Transaction, tenantId: string, courseId: string): Promise<Distribution[]> {
  return tx
    .select()
    .from(distributions)
    .where(and(eq(distributions.tenantId, tenantId), eq(distributions.courseId, courseId)))
    .orderBy(distributions.id)
    .for('update')
}

/** Newest first. */
export async function listDistributions(
  db: Database,
  tenantId: string,
  page: { courseId?: string | undefined; before?: string | undefined; limit: number },
): Promise<Distribution[]> {
  return db
    .select()
    .from(distributions)
    .where(
      and(
        eq(distributions.tenantId, tenantId),
        page.courseId === undefined ? undefined : eq(distributions.courseId, page.courseId),
        page.before === undefined ? undefined : lt(distributions.id, page.before),
      ),
    )
    .orderBy(desc(distributions.id))
    .limit(page.limit)
}

/** Inserts under the first free form of the slug that is wanted. */
export async function insertDistribution(
  tx: Transaction,
  distribution: NewDistribution,
  wantedSlug: string,
): Promise<Distribution> {
  while (true) {
    const slug = chooseFreeSlug(wantedSlug, await findSlugs(tx, distribution.tenantId, wantedSlug))
    const [inserted] = await tx
      .insert(distributions)
      .values({ ...distribution, slug, updatedAt: distribution.createdAt })
      // Somebody else may have taken it since: the insert waits for their commit, and then looks again.
      .onConflictDoNothing({ target: [distributions.tenantId, distributions.slug] })
      .returning()
    if (inserted) return inserted
  }
}

async function findSlugs(tx: Transaction, tenantId: string, wanted: string): Promise<Set<string>> {
  const { slug } = distributions
  const rows = await tx
    .select({ slug })
    .from(distributions)
    .where(and(eq(distributions.tenantId, tenantId), sql`${slug} ~ ${`^${wanted}(-[0-9]+)?$`}`))
  return new Set(rows.map((row) => row.slug))
}

/** Changes a locked row. Listeners let the later moment win, so it moves forward even when the clock has stepped back. */
export async function updateDistribution(
  tx: Transaction,
  id: string,
  change: Change & { visibility?: Visibility },
  at: string,
): Promise<Distribution> {
  const updatedAt = sql`greatest(${at}::timestamptz, ${distributions.updatedAt} + interval '1 microsecond')`
  const [updated] = await tx
    .update(distributions)
    .set({ ...change, updatedAt })
    .where(eq(distributions.id, id))
    .returning()
  return assertFound(updated, id)
}
