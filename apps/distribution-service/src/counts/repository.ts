import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import type { ReferrerCategory } from './referrer.ts'

/** A public entry as visitors name it. */
type Named = { tenantId: string; slug: string }
/** The values of an event besides the count. */
type Counted = Named & { id: string }
export type Views = Named & { referrerCategory: ReferrerCategory; ctaType: string | null; count: number }
/** The running totals: of the entry, of the category, and of the call to action if it is known. */
export type Viewed = Counted & { referrerCategory: ReferrerCategory; views: number; referrerViews: number } & (
    | { ctaType: string; ctaViews: number }
    | { ctaType: null }
  )
export type Click = Named & { ctaType: string }
/** `ctaClicks` is null if the entry has too many calls to action for them all to be counted. */
export type Clicked = Counted & { ctaType: string; clicks: number; ctaClicks: number | null }

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
  const numbers = sql.param(known.map(({ count }) => count))
  // Each in one order, so that instances wait for each other instead of blocking each other.
  await tx.execute(sql`
    INSERT INTO counts (distribution_id, views)
    SELECT id, sum(number) FROM unnest(${ids}::text[], ${numbers}::bigint[]) AS given (id, number)
    GROUP BY id ORDER BY id
    ON CONFLICT (distribution_id) DO UPDATE SET views = counts.views + excluded.views`)
  const categories = sql.param(known.map(({ referrerCategory }) => referrerCategory))
  const ctaTypes = sql.param(await chooseCtaTypes(tx, known))
  await tx.execute(sql`
    INSERT INTO view_counts (distribution_id, referrer_category, cta_type, views, is_behind, told_at)
    SELECT id, category, cta_type, sum(number), true, 'epoch'
    FROM unnest(${ids}::text[], ${categories}::text[], ${ctaTypes}::text[], ${numbers}::bigint[]) AS given (id, category, cta_type, number)
    GROUP BY id, category, cta_type ORDER BY id, category, cta_type
    ON CONFLICT (distribution_id, referrer_category, cta_type)
    DO UPDATE SET views = view_counts.views + excluded.views, is_behind = true`)
}

/** Nobody uses more calls to action on one page. If there are more, somebody is making them up. */
const MAX_CTA_TYPES = 20

/**
 * The call to action under which each of the views counts: empty if it is not known, or if its entry has too many already. The entry's own and
 * those that it tries out always count. The rows of `counts` must be locked, so that no other instance adds any meanwhile.
 */
async function chooseCtaTypes(tx: Transaction, views: { id: string; ctaType: string | null }[]): Promise<string[]> {
  const ids = new Set(views.filter(({ ctaType }) => ctaType !== null).map(({ id }) => id))
  if (ids.size === 0) return views.map(() => '')
  const { rows } = await tx.execute<{ id: string; ctaTypes: string[] }>(sql`
    SELECT d.id, ARRAY[d.cta ->> 'type'] || ARRAY(
      SELECT arm ->> 'cta_type' FROM jsonb_array_elements(d.experiment -> 'arms') AS arm
    ) || ARRAY(
      SELECT DISTINCT cta_type FROM view_counts WHERE distribution_id = d.id AND cta_type <> ''
    ) AS "ctaTypes"
    FROM distributions AS d WHERE d.id = ANY (${sql.param([...ids])}::text[])`)
  const known = new Map(rows.map(({ id, ctaTypes }) => [id, new Set(ctaTypes)]))
  return views.map(({ id, ctaType }) => {
    const ofEntry = known.get(id)
    if (ctaType === null || !ofEntry) return ''
    if (!ofEntry.has(ctaType) && ofEntry.size >= MAX_CTA_TYPES) return ''
    ofEntry.add(ctaType)
    return ctaType
  })
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
  const { rows } = await db.execute(sql`SELECT FROM view_counts WHERE ${isDue(windowSeconds)} LIMIT 1`)
  return rows.length > 0
}

/** The views whose last event is a window ago or longer. The next window begins now. */
export async function takeViewed(tx: Transaction, windowSeconds: number): Promise<Viewed[]> {
  const { rows } = await tx.execute<Counted & Pick<Viewed, 'referrerCategory'> & Record<string, string>>(sql`
    WITH due AS (
      SELECT distribution_id, referrer_category, cta_type FROM view_counts
      WHERE ${isDue(windowSeconds)}
      ORDER BY told_at LIMIT 500 FOR UPDATE SKIP LOCKED
    )
    UPDATE view_counts AS told SET is_behind = false, told_at = now()
    FROM due JOIN distributions AS d ON d.id = due.distribution_id JOIN counts USING (distribution_id)
    WHERE (told.distribution_id, told.referrer_category, told.cta_type)
      = (due.distribution_id, due.referrer_category, due.cta_type)
    RETURNING d.id, d.tenant_id AS "tenantId", d.slug, told.referrer_category AS "referrerCategory",
      told.cta_type AS "ctaType", counts.views,
      (SELECT sum(views) FROM view_counts AS v
       WHERE v.distribution_id = told.distribution_id AND v.referrer_category = told.referrer_category) AS "referrerViews",
      (SELECT sum(views) FROM view_counts AS v
       WHERE v.distribution_id = told.distribution_id AND v.cta_type = told.cta_type) AS "ctaViews"`)
  return rows.map(({ views, referrerViews, ctaType, ctaViews, ...counted }) => ({
    ...counted,
    views: Number(views),
    referrerViews: Number(referrerViews),
    ...(ctaType === undefined || ctaType === '' ? { ctaType: null } : { ctaType, ctaViews: Number(ctaViews) }),
  }))
}

// The lock leaves out a distribution that is deleted meanwhile. An entry's own calls to action always count, others while there are few.
const addClicksSql = `
  WITH pressed AS (
    SELECT d.id, d.tenant_id, d.slug, asked.slug AS asked, asked.cta_type, asked.number,
           d.cta ->> 'type' = asked.cta_type OR coalesce(d.experiment -> 'arms' @>
             jsonb_build_array(jsonb_build_object('cta_type', asked.cta_type)), false) AS is_own
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS asked (tenant_id, slug, cta_type, number)
    JOIN slugs USING (tenant_id, slug)
    JOIN distributions AS d ON d.id = slugs.distribution_id
    WHERE d.visibility = 'public'
    ORDER BY d.id FOR KEY SHARE OF d
  ), added AS (
    INSERT INTO counts (distribution_id, clicks) SELECT id, sum(number) FROM pressed GROUP BY id ORDER BY id
    ON CONFLICT (distribution_id) DO UPDATE SET clicks = counts.clicks + excluded.clicks
    RETURNING distribution_id, clicks
  ), typed AS (
    SELECT given.id, given.cta_type, number, is_own, known.clicks IS NOT NULL AS is_known,
           (SELECT count(*) FROM click_counts AS one WHERE one.distribution_id = given.id)
             + row_number() OVER (PARTITION BY given.id, known.clicks IS NOT NULL ORDER BY given.cta_type) AS place
    FROM (SELECT id, cta_type, sum(number) AS number, bool_or(is_own) AS is_own FROM pressed GROUP BY id, cta_type) AS given
    LEFT JOIN click_counts AS known ON (known.distribution_id, known.cta_type) = (given.id, given.cta_type)
  ), told AS (
    INSERT INTO click_counts (distribution_id, cta_type, clicks)
    SELECT id, cta_type, number FROM typed WHERE is_known OR is_own OR place <= ${MAX_CTA_TYPES}
    ORDER BY id, cta_type
    ON CONFLICT (distribution_id, cta_type) DO UPDATE SET clicks = click_counts.clicks + excluded.clicks
    RETURNING distribution_id, cta_type, clicks
  )
  SELECT pressed.id, pressed.tenant_id AS "tenantId", pressed.slug, pressed.asked, pressed.cta_type AS "ctaType",
         added.clicks::float8 AS clicks, told.clicks::float8 AS "ctaClicks"
  FROM pressed JOIN added ON added.distribution_id = pressed.id
  LEFT JOIN told ON (told.distribution_id, told.cta_type) = (pressed.id, pressed.cta_type)`

type Total = Counted & { asked: string; ctaType: string; clicks: number; ctaClicks: number | null }

/** Adds clicks to the totals of public entries. Returns each of these clicks with its totals, in order. */
export async function addClicks(tx: Transaction, clicks: Click[]): Promise<Clicked[]> {
  const pressed = new Map<string, Click & { number: number }>()
  for (const click of clicks) {
    const key = keyOfClick(click)
    pressed.set(key, { ...click, number: (pressed.get(key)?.number ?? 0) + 1 })
  }
  const asked = [...pressed.values()]
  const { rows } = await queryNamed<Total>(tx, {
    name: 'add-clicks',
    text: addClicksSql,
    values: [
      asked.map(({ tenantId }) => tenantId),
      asked.map(({ slug }) => slug),
      asked.map(({ ctaType }) => ctaType),
      asked.map(({ number }) => number),
    ],
  })
  const found = new Map(rows.map((row) => [keyOfClick({ ...row, slug: row.asked }), row]))
  // Several slugs may lead to one entry, whose clicks count together.
  const totals = new Map(rows.map(({ id, clicks: total }) => [id, total]))
  const ctaTotals = new Map(rows.map(({ id, ctaType, ctaClicks }) => [JSON.stringify([id, ctaType]), ctaClicks]))
  const numbered = clicks.toReversed().flatMap((click) => {
    const row = found.get(keyOfClick(click))
    if (!row) return []
    const { id, tenantId, slug, ctaType } = row
    const ctaKey = JSON.stringify([id, ctaType])
    const [total, ctaClicks] = [totals.get(id) ?? 0, ctaTotals.get(ctaKey) ?? null]
    totals.set(id, total - 1)
    if (ctaClicks !== null) ctaTotals.set(ctaKey, ctaClicks - 1)
    return [{ id, tenantId, slug, ctaType, clicks: total, ctaClicks }]
  })
  return numbered.toReversed()
}

const keyOfClick = ({ tenantId, slug, ctaType }: Click) => JSON.stringify([tenantId, slug, ctaType])
