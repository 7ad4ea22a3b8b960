import { AppError, type Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { isAnyOf, selectRows } from '../db/rows.ts'
import { slugs } from '../db/schema.ts'
import { chooseFreeSlug, listForms } from './slug.ts'

type Owner = { tenantId: string; id: string }
type Claim = Owner & { slug: string }

/** So many forms of a slug are looked at first, and so many times as many each time that was not enough. */
const FORMS = 8

const keyOf = (tenantId: string, slug: string) => JSON.stringify([tenantId, slug])

/**
 * Makes the slug that each wants, or its first free form, a slug of its own; returns them by the owners' ids. Who wants a slug
 * as it is comes before who would take it for its number; of those who want the same, the first comes first.
 */
export async function claimFreeSlugs(tx: Transaction, claims: Claim[]): Promise<Map<string, string>> {
  const claimed = new Map<string, string>()
  // Most are free, and who gets what it wants need not look for anything.
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

/** Makes exactly `slug` the distribution's, also again; throws a `conflict` when it is or was somebody else's. */
export async function claimSlug(tx: Transaction, owner: Owner, slug: string): Promise<string> {
  const { tenantId, id } = owner
  if ((await insertSlugs(tx, [{ tenantId, id, slug }])).length === 0) {
    const own = and(eq(slugs.tenantId, tenantId), eq(slugs.slug, slug), eq(slugs.distributionId, id))
    if ((await tx.select().from(slugs).where(own)).length === 0) {
      // Claimed only until this transaction is refused.
      const free = (await claimFreeSlugs(tx, [{ tenantId, id, slug }])).get(id)
      throw new AppError('conflict', 'slug.taken', `The slug is or was another distribution's; ${free} is free`, {
        slug,
      })
    }
  }
  return slug
}

/**
 * Inserts those that are free, and waits for whoever is about to take one of them; returns the inserted. In one order, so that
 * two transactions wait for each other instead of blocking each other.
 */
async function insertSlugs(tx: Transaction, claims: Claim[]): Promise<{ id: string; slug: string }[]> {
  const rows = claims.map(({ tenantId, slug, id }) => ({ tenantId, slug, distributionId: id }))
  return tx
    .insert(slugs)
    .select(sql`${selectRows(slugs, rows)} ORDER BY tenant_id, slug`)
    .onConflictDoNothing()
    .returning({ id: slugs.distributionId, slug: slugs.slug })
}

/** For each claim the first form that is neither taken nor chosen by a claim before it. */
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

/** So many forms of what is wanted, and one more for each that wants it. */
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

/** The taken forms, by tenant. It looks for each by name: the index serves a pattern only where the database sorts by bytes. */
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
