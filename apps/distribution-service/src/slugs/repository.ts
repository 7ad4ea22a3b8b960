import { AppError, type Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { isAnyOf, selectRows } from '../db/rows.ts'
import { slugs } from '../db/schema.ts'
import { chooseFreeSlug, listForms } from './slug.ts'

type Owner = { tenantId: string; id: string }
type Claim = Owner & { slug: string }

/** How many forms of a slug are looked at first. Each time that is not enough, this many times more. */
const FORMS = 8

const keyOf = (tenantId: string, slug: string) => JSON.stringify([tenantId, slug])

/**
 * Gives each owner the wanted slug or its first free form. Returns the slugs by the owners' ids. An owner that wants exactly a slug gets it
 * before one that would get it with a number; of those that want the same, the first one gets it.
 */
export async function claimFreeSlugs(tx: Transaction, claims: Claim[]): Promise<Map<string, string>> {
  const claimed = new Map<string, string>()
  // Most wanted slugs are free, and then there is nothing to look for.
  const firsts = new Map(claims.toReversed().map((claim) => [keyOf(claim.tenantId, claim.slug), claim]))
  let choices = [...firsts.values()]
  while (true) {
    for (const { id, slug } of await insertSlugs(tx, choices)) claimed.set(id, slug)
    const others = claims.filter(({ id }) => !claimed.has(id))
    if (others.length === 0) return claimed
    // Somebody else may take one meanwhile: the insert waits for their commit, and then they choose again.
    choices = await chooseFree(tx, others)
  }
}

/** Gives the owner exactly `slug`, even if it has it already. Throws a `conflict` if it belongs or belonged to another distribution. */
export async function claimSlug(tx: Transaction, owner: Owner, slug: string): Promise<string> {
  const { tenantId, id } = owner
  if ((await insertSlugs(tx, [{ tenantId, id, slug }])).length === 0) {
    const own = and(eq(slugs.tenantId, tenantId), eq(slugs.slug, slug), eq(slugs.distributionId, id))
    if ((await tx.select().from(slugs).where(own)).length === 0) {
      // Claimed only until this transaction is refused.
      const free = (await claimFreeSlugs(tx, [{ tenantId, id, slug }])).get(id)
      const message = `The slug belongs or belonged to another distribution; ${free} is free`
      throw new AppError('conflict', 'slug.taken', message, { slug })
    }
  }
  return slug
}

/**
 * Inserts the slugs that are free and returns them. Waits for transactions that are about to take one. The fixed order prevents a deadlock of
 * two transactions.
 */
async function insertSlugs(tx: Transaction, claims: Claim[]): Promise<{ id: string; slug: string }[]> {
  const rows = claims.map(({ tenantId, slug, id }) => ({ tenantId, slug, distributionId: id }))
  return tx
    .insert(slugs)
    .select(sql`${selectRows(slugs, rows)} ORDER BY tenant_id, slug`)
    .onConflictDoNothing()
    .returning({ id: slugs.distributionId, slug: slugs.slug })
}

/** Chooses for each claim the first form that is neither taken nor chosen for an earlier claim. */
async function chooseFree(tx: Transaction, claims: Claim[]): Promise<Claim[]> {
  for (let forms = FORMS; ; forms *= FORMS) {
    const looked = listWanted(claims, forms)
    const taken = await findTaken(tx, looked)
    const choices = claims.map((claim) => {
      const ofTenant = taken.get(claim.tenantId) ?? new Set()
      taken.set(claim.tenantId, ofTenant)
      const slug = chooseFreeSlug(claim.slug, ofTenant)
      ofTenant.add(slug)
      return { ...claim, slug }
    })
    const known = new Set(looked.map(([tenantId, slug]) => keyOf(tenantId, slug)))
    if (choices.every(({ tenantId, slug }) => known.has(keyOf(tenantId, slug)))) return choices
  }
}

/** Lists this many forms of each wanted slug, and one more for each claim of it. */
function listWanted(claims: Claim[], forms: number): [tenantId: string, slug: string][] {
  const wanted = new Map<string, Claim & { count: number }>()
  for (const claim of claims) {
    const key = keyOf(claim.tenantId, claim.slug)
    wanted.set(key, { ...claim, count: (wanted.get(key)?.count ?? forms) + 1 })
  }
  return [...wanted.values()].flatMap(({ tenantId, slug, count }) =>
    listForms(slug, count).map((form): [string, string] => [tenantId, form]),
  )
}

/** Finds the taken forms by tenant. It asks for each by name, because the index supports patterns only in a database that sorts by bytes. */
async function findTaken(
  tx: Transaction,
  looked: [tenantId: string, slug: string][],
): Promise<Map<string, Set<string>>> {
  const { tenantId, slug } = slugs
  const rows = await tx
    .select({ tenantId, slug })
    .from(slugs)
    .where(isAnyOf([tenantId, slug], looked))
  const taken = new Map<string, Set<string>>()
  for (const row of rows) taken.set(row.tenantId, (taken.get(row.tenantId) ?? new Set()).add(row.slug))
  return taken
}
