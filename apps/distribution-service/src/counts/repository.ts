import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import type { ReferrerCategory } from './referrer.ts'

/** A public entry as visitors name it. */
type Named = { tenantId: string; slug: string }
/** The values of an event besides the count. */
type Counted = Named & { id: string }
export type Views = Named & { referrerCategory: ReferrerCategory; count: number }
export type Viewed = Counted & { referrerCategory: ReferrerCategory; views: number }
export type Click = Named & { ctaType: string }
export type Clicked = Counted & { ctaType: string; clicks: number }

const keyOf = ({ tenantId, slug }: Named) => JSON.stringify([tenantId, slug])

/** Finds the public entries by {@link keyOf} of the requested slug, new or old. They cannot be deleted until the transaction ends. */
async function findPublic(tx: Transaction, named: Named[]): Promise<Map<string, Counted>> {
  const tenants = named.map(({ tenantId }) => tenantId)
  const slugs = named.map(({ slug }) => slug)
  const { rows } = await tx.execute<Counted & { asked: string }>(sql`
    SELECT d.id, d.tenant_id AS "tenantId", d.slug, asked.slug AS asked
    FROM (
      SELECT DISTINCT * FROM unnest(${sql.param(tenants)}::text[], ${sql.param(slugs)}::text[]) AS given (tenant_id, slug)
    ) AS asked
    JOIN slugs USING (tenant_id, slug)
    JOIN distributions AS d ON d.id = slugs.distribution_id
    WHERE d.visibility = 'public'
    ORDER BY d.id FOR KEY SHARE OF d`)
  return new Map(rows.map(({ asked, ...row }) => [keyOf({ ...row, slug: asked }), row]))
}

/** Views that are written together, the `number`-th time that this writer does so. */
export type Batch = { writer: string; number: number; views: Views[] }

/**
 * Adds to the totals of public entries and notes that an event is due. Other views are dropped. A batch that was
 * added before is not added again.
 */
export async function addViews(tx: Transaction, { writer, number, views }: Batch): Promise<void> {
  const { rowCount } = await tx.execute(sql`
    INSERT INTO view_batches (writer, batch) VALUES (${writer}, ${number})
    ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch WHERE view_batches.batch < excluded.batch`)
  if (rowCount === 0) return
  const found = await findPublic(tx, views)
  const known = views.flatMap((view) => {
    const counted = found.get(keyOf(view))
    return counted ? [{ ...view, id: counted.id }] : []
  })
  const ids = sql.param(known.map(({ id }) => id))
  const categories = sql.param(known.map(({ referrerCategory }) => referrerCategory))
  const numbers = sql.param(known.map(({ count }) => count))
  // Each in one order, so that instances wait for each other instead of blocking each other.
  await tx.execute(sql`
    INSERT INTO counts (distribution_id, views)
    SELECT id, sum(number) FROM unnest(${ids}::text[], ${numbers}::bigint[]) AS given (id, number)
    GROUP BY id ORDER BY id
    ON CONFLICT (distribution_id) DO UPDATE SET views = counts.views + excluded.views`)
  await tx.execute(sql`
    INSERT INTO views_told (distribution_id, referrer_category, is_behind, told_at)
    SELECT DISTINCT id, category, true, 'epoch'::timestamptz FROM unnest(${ids}::text[], ${categories}::text[]) AS given (id, category)
    ORDER BY id, category
    ON CONFLICT (distribution_id, referrer_category) DO UPDATE SET is_behind = true`)
}

/** Forgets a writer that has ended. The row of one that was killed stays. */
export async function forgetWriter(db: Database, writer: string): Promise<void> {
  await db.execute(sql`DELETE FROM view_batches WHERE writer = ${writer}`)
}

/** Uses the database's clock, which all instances share. A moment far ahead was left by a wrong clock, and is due too. */
const isDue = (windowSeconds: number) => sql`is_behind AND (
  told_at <= now() - make_interval(secs => ${windowSeconds}) OR told_at > now() + interval '1 day')`

/** Whether {@link takeViewed} would find anything. This is asked every second, and usually there is nothing. */
export async function isAnyViewed(db: Database, windowSeconds: number): Promise<boolean> {
  const { rows } = await db.execute(sql`SELECT FROM views_told WHERE ${isDue(windowSeconds)} LIMIT 1`)
  return rows.length > 0
}

/** The views whose last event is a window ago or longer. The next window begins now. */
export async function takeViewed(tx: Transaction, windowSeconds: number): Promise<Viewed[]> {
  const { rows } = await tx.execute<Viewed & { views: string }>(sql`
    WITH due AS (
      SELECT distribution_id, referrer_category FROM views_told
      WHERE ${isDue(windowSeconds)}
      ORDER BY told_at LIMIT 500 FOR UPDATE SKIP LOCKED
    )
    UPDATE views_told AS told SET is_behind = false, told_at = now()
    FROM due JOIN distributions AS d ON d.id = due.distribution_id JOIN counts USING (distribution_id)
    WHERE (told.distribution_id, told.referrer_category) = (due.distribution_id, due.referrer_category)
    RETURNING d.id, d.tenant_id AS "tenantId", d.slug, told.referrer_category AS "referrerCategory", views`)
  return rows.map((row) => ({ ...row, views: Number(row.views) }))
}

// The lock leaves out a distribution that is deleted meanwhile.
const addClicksSql = `
  WITH pressed AS (
    SELECT d.id, d.tenant_id, d.slug, asked.slug AS asked, asked.number
    FROM unnest($1::text[], $2::text[], $3::int[]) AS asked (tenant_id, slug, number)
    JOIN slugs USING (tenant_id, slug)
    JOIN distributions AS d ON d.id = slugs.distribution_id
    WHERE d.visibility = 'public'
    ORDER BY d.id FOR KEY SHARE OF d
  ), added AS (
    INSERT INTO counts (distribution_id, clicks) SELECT id, sum(number) FROM pressed GROUP BY id ORDER BY id
    ON CONFLICT (distribution_id) DO UPDATE SET clicks = counts.clicks + excluded.clicks
    RETURNING distribution_id, clicks
  )
  SELECT pressed.id, pressed.tenant_id AS "tenantId", pressed.slug, pressed.asked, added.clicks::float8 AS clicks
  FROM pressed JOIN added ON added.distribution_id = pressed.id`

/** Adds clicks to the totals of public entries. Returns each of these clicks with its total, in order. */
export async function addClicks(tx: Transaction, clicks: Click[]): Promise<Clicked[]> {
  const pressed = new Map<string, Named & { number: number }>()
  for (const click of clicks) {
    const { tenantId, slug, number } = pressed.get(keyOf(click)) ?? { ...click, number: 0 }
    pressed.set(keyOf(click), { tenantId, slug, number: number + 1 })
  }
  const asked = [...pressed.values()]
  const { rows } = await queryNamed<Counted & { asked: string; clicks: number }>(tx, {
    name: 'add-clicks',
    text: addClicksSql,
    values: [asked.map(({ tenantId }) => tenantId), asked.map(({ slug }) => slug), asked.map(({ number }) => number)],
  })
  const totals = new Map(rows.map(({ id, clicks }) => [id, clicks]))
  const counted = new Map(
    rows.map(({ asked, id, tenantId, slug }) => [keyOf({ tenantId, slug: asked }), { id, tenantId, slug }]),
  )
  const numbered = clicks.toReversed().flatMap(({ ctaType, ...named }) => {
    const found = counted.get(keyOf(named))
    const total = found && totals.get(found.id)
    if (!found || total === undefined) return []
    totals.set(found.id, total - 1)
    return [{ ...found, ctaType, clicks: total }]
  })
  return numbered.toReversed()
}
