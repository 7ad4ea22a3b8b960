import { type Database, queryNamed } from '@coursewire/service-kit'
import { and, arrayContains, eq, lt, type SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, alias } from 'drizzle-orm/pg-core'
import { distributions, isListed, languageKey } from '../db/schema.ts'
import { type PublicContent, publicNames } from '../entries/content.ts'

/** A public distribution with what only its course and its parent know. */
export type Entry = PublicContent & {
  distributionId: string
  courseId: string
  slug: string
  /** What search engines are to know it by: the slug of its parent, unless it wants its own or the public cannot see that. */
  canonicalSlug: string
  version: number
  totalLessons: number | null
}

/** Another public and listed distribution of the same course: in another language, or a variant for a narrower audience. */
export type Related = Pick<Entry, 'slug' | 'title' | 'language' | 'targetGroup'> & {
  isVariant: boolean
  isGenerated: boolean
}

/** What there is under a slug: an entry, one whose slug is another by now, or one that is gone. */
export type Found = { entry: Entry & { related: Related[] } } | { movedTo: string } | 'gone' | 'absent'

const columns = `
  d.id AS "distributionId", d.course_id AS "courseId", d.slug,
  coalesce(CASE WHEN NOT d.has_own_canonical THEN parent.slug END, d.slug) AS "canonicalSlug",
  ${publicNames.map((name) => `d.${distributions[name].name} AS "${name}"`).join(', ')}, d.version,
  c.total_lessons AS "totalLessons"`
const surroundings = `
  LEFT JOIN courses AS c ON (c.tenant_id, c.course_id) = (d.tenant_id, d.course_id)
  LEFT JOIN distributions AS parent ON parent.id = d.derived_from AND parent.visibility = 'public'`

// By way of the slugs, and in one statement: what moves or goes meanwhile is found as it was or as it is.
const findBySlugs = `
  SELECT asked.number, s.distribution_id AS "ownerId", d.visibility, ${columns}, coalesce(related.all, '[]') AS related
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (tenant_id, slug, number)
  LEFT JOIN slugs AS s ON (s.tenant_id, s.slug) = (asked.tenant_id, asked.slug)
  LEFT JOIN distributions AS d ON d.id = s.distribution_id
  ${surroundings}
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('slug', o.slug, 'title', o.title, 'language', o.language,
      'targetGroup', o.target_group, 'isVariant', o.derived_from IS NOT NULL, 'isGenerated', o.is_generated) ORDER BY o.id DESC) AS all
    FROM distributions AS o
    WHERE (o.tenant_id, o.course_id) = (d.tenant_id, d.course_id) AND o.visibility = 'public' AND o.listed
      AND (o.derived_from = d.id OR (o.derived_from IS NULL AND o.language <> d.language))
  ) AS related ON true
  ORDER BY asked.number`

/** What the public finds under each slug, listed or not. */
export async function findPublic(db: Database, asked: { tenantId: string; slug: string }[]): Promise<Found[]> {
  const { rows } = await queryNamed<Entry & { related: Related[]; ownerId: string | null; visibility: string | null }>(
    db,
    {
      name: 'find-public',
      text: findBySlugs,
      values: [asked.map(({ tenantId }) => tenantId), asked.map(({ slug }) => slug)],
    },
  )
  return rows.map(({ ownerId, visibility, ...entry }, index) => {
    if (ownerId === null) return 'absent'
    if (visibility === null) return 'gone'
    if (visibility !== 'public') return 'absent'
    return entry.slug === asked[index]?.slug ? { entry } : { movedTo: entry.slug }
  })
}

/**
 * Where an entry stands in a list: by the group of its language; then by whether its title holds all the words that are looked
 * for, some, or none; then the newest first.
 */
export type Place = { language: number; tier: number; id: string }

export type Search = {
  tenantId: string
  /** The keys of languages in groups, the best first; without them, any language at all. */
  languages?: string[][] | undefined
  /** Each course is shown only in the best of the groups that it is in. */
  isBestOnly?: boolean | undefined
  targetGroup?: string | undefined
  text?: string | undefined
}

/** A page of entries; `next` is where the page after it begins, if there is one. */
export type Listed = { entries: Entry[]; next: Place | null }
export type Cut = { after?: Place | undefined; limit: number }

/** What is looked for as Postgres writes it: all of the words, any, and all as an index finds them; empty where there are none. */
export type Query = { all: string; any: string; indexed: string }

/** A page of more than so many matches is sooner found by looking through the newest than by sorting them. */
const FEW = 1_000

const isFound = `d.tenant_id = $1 AND d.visibility = 'public' AND d.listed AND ($3::text IS NULL OR d.target_group @> ARRAY[$3])`
const key = `lower(replace(d.language, '_', '-'))`

// Jumps through the index from one key to the next greater one: there are many entries and few keys.
const listLanguagesSql = `
  WITH RECURSIVE found (key) AS (
    (SELECT ${key} FROM distributions AS d WHERE d.tenant_id = $1 AND d.visibility = 'public' AND d.listed ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT ${key} FROM distributions AS d
      WHERE d.tenant_id = $1 AND d.visibility = 'public' AND d.listed AND ${key} > found.key ORDER BY 1 LIMIT 1)
    FROM found WHERE found.key IS NOT NULL
  )
  SELECT key FROM found WHERE key IS NOT NULL`

/** The languages of what lists show, as keys. */
export async function listLanguages(db: Database, tenantId: string): Promise<string[]> {
  const { rows } = await queryNamed<{ key: string }>(db, {
    name: 'list-languages',
    text: listLanguagesSql,
    values: [tenantId],
  })
  return rows.map((row) => row.key)
}

// One plan for all, which goes by the index of words: what is looked for is not known to it. The titles alone come first, as they
// are mostly enough and their index is small. ts_match_vq is what @@ calls, and nothing that the planner would look up.
// $1 tenant, $2 text, $3 target group; $4 keys of all languages, $9 the group of each, $10 whether only the best group counts,
// $11 the keys and $12 the number of the first group that has any; $5 to $7 the place to go on from, $8 how many.
const searchFewSql = `
  WITH query AS MATERIALIZED (
    SELECT *, all_indexed <> all_words AS is_coarse FROM search_query($2)
  ), titles AS MATERIALIZED (
    SELECT d.id
    FROM query JOIN distributions AS d ON d.title_words @@ query.all_indexed
    WHERE (NOT query.is_coarse OR ts_match_vq(d.title_words, query.all_words)) AND ${isFound} AND ($4::text[] IS NULL OR ${key} = ANY ($11::text[]))
      AND ($5::int IS NULL OR ($5 = $12::int AND $6::int = 0))
    LIMIT ${FEW + 1}
  ), first AS MATERIALIZED (
    SELECT id, $12 AS language, 0 AS tier FROM titles WHERE $5 IS NULL OR id < $7 ORDER BY id DESC LIMIT $8
  ), few AS MATERIALIZED (
    SELECT d.id, d.course_id, CASE WHEN $4 IS NULL THEN 0 ELSE ($9::int[])[array_position($4, ${key})] END AS language,
      CASE WHEN d.title_words @@ query.all_words THEN 0 WHEN d.title_words @@ query.any_word THEN 1 ELSE 2 END AS tier
    FROM query JOIN distributions AS d ON d.all_words @@ query.all_indexed
    WHERE (NOT query.is_coarse OR ts_match_vq(d.all_words, query.all_words)) AND ${isFound} AND ($4 IS NULL OR ${key} = ANY ($4))
      AND (SELECT count(*) FROM titles) <= ${FEW} AND (SELECT count(*) FROM first) < $8
    LIMIT ${FEW + 1}
  ), best AS MATERIALIZED (
    SELECT course_id, min(language) AS language FROM few WHERE $10::bool GROUP BY course_id
  ), page AS (
    SELECT * FROM first WHERE (SELECT count(*) FROM first) = $8
    UNION ALL (
      SELECT id, few.language, tier FROM few LEFT JOIN best USING (course_id)
      WHERE few.language = coalesce(best.language, few.language)
        AND ($5 IS NULL OR (few.language, tier) > ($5, $6) OR ((few.language, tier) = ($5, $6) AND id < $7))
      ORDER BY few.language, tier, id DESC LIMIT $8)
  ), many AS MATERIALIZED (
    SELECT query.all_words::text AS "all", query.any_word::text AS any, query.all_indexed::text AS indexed
    FROM query WHERE (SELECT count(*) FROM titles) > ${FEW} OR (SELECT count(*) FROM few) > ${FEW}
  )
  SELECT many.*, page.language AS "inLanguage", page.tier, ${columns}
  FROM many FULL JOIN page ON true LEFT JOIN distributions AS d USING (id) ${surroundings}
  ORDER BY page.language, page.tier, page.id DESC`

/** The listed ones that match `text`, beyond `after`; or only how Postgres writes it, where many match. */
export async function searchFew(
  db: Database,
  { tenantId, targetGroup, languages, isBestOnly = false }: Search,
  text: string,
  { after, limit }: Cut,
): Promise<Listed | { query: Query }> {
  const place = [after?.language, after?.tier, after?.id]
  const groups = languages?.flatMap((keys, group) => keys.map(() => group))
  const [first = 0] = groups ?? []
  const inLanguages = [groups, isBestOnly, languages?.[first], first]
  const values = [tenantId, text, targetGroup, languages?.flat(), ...place, limit + 1, ...inLanguages]
  const { rows } = await queryNamed<Entry & (Query | Record<keyof Query, null>) & { inLanguage: number; tier: number }>(
    db,
    {
      name: 'search-few',
      text: searchFewSql,
      values,
    },
  )
  const [row] = rows
  if (row && row.all !== null) return { query: { all: row.all, any: row.any, indexed: row.indexed } }
  const found = rows.map(({ all: _all, any: _any, indexed: _indexed, inLanguage, tier, ...entry }) => {
    return { entry, place: { language: inLanguage, tier, id: entry.distributionId } }
  })
  const { shown, next } = cutPage(
    found.map(({ place }) => place),
    limit,
  )
  return { entries: found.slice(0, shown.length).map(({ entry }) => entry), next }
}

/** One more than asked for tells of a next page. */
function cutPage(places: Place[], limit: number): { shown: Place[]; next: Place | null } {
  const shown = places.slice(0, limit)
  return { shown, next: places.length > limit ? (shown.at(-1) ?? null) : null }
}

/**
 * The listed ones that match, beyond `after`. Looks through them from the newest on, one stretch after the other, as mostly the
 * first one fills the page.
 */
export async function walk(db: Database, search: Search, query: Query | null, { after, limit }: Cut): Promise<Listed> {
  const { languages, isBestOnly } = search
  const stretches = (languages ?? [null]).flatMap((keys, language) => {
    if (keys?.length === 0) return []
    const better = isBestOnly ? (languages ?? []).slice(0, language).flat() : []
    const inNoneBetter = better.length === 0 ? undefined : isInNoneOf(better, search, query)
    return tiersOf(query).map(({ tier, inTier }) => {
      return { keys, language, tier, where: and(isAmong(d, search), inTier, inNoneBetter) }
    })
  })
  const places: Place[] = []
  for (const { keys, language, tier, where } of stretches) {
    const distance = after ? language - after.language || tier - after.tier : 1
    if (distance < 0) continue
    const beyond = distance === 0 && after ? lt(d.id, after.id) : undefined
    const newest = selectNewest(keys, and(where, beyond), limit + 1 - places.length)
    const { rows } = await db.execute<{ id: string }>(newest)
    places.push(...rows.map(({ id }) => ({ language, tier, id })))
    if (places.length > limit) break
  }
  const { shown, next } = cutPage(places, limit)
  const entries = await getListed(
    db,
    shown.map(({ id }) => id),
  )
  return { entries, next }
}

/** The newest in any of the languages. Each language is looked through by itself, as it is a range of its own in the index. */
function selectNewest(keys: string[] | null, where: SQL | undefined, limit: number): SQL {
  const select = (condition: SQL | undefined) =>
    sql`SELECT d.id FROM distributions AS d WHERE ${condition} ORDER BY d.id DESC LIMIT ${limit}`
  const [key, ...others] = keys ?? []
  if (key === undefined) return select(where)
  if (others.length === 0) return select(and(where, eq(languageKey(d), key)))
  return sql`
    SELECT newest.id FROM unnest(${sql.param(keys)}::text[]) AS wanted (key)
    CROSS JOIN LATERAL (${select(and(where, sql`${languageKey(d)} = wanted.key`))}) AS newest
    ORDER BY newest.id DESC LIMIT ${limit}`
}

const findByIds = `
  SELECT ${columns} FROM unnest($1::text[]) WITH ORDINALITY AS asked (id, number)
  JOIN distributions AS d USING (id) ${surroundings}
  WHERE d.visibility = 'public' AND d.listed
  ORDER BY asked.number`

/** In their order, without those that have been taken back meanwhile. */
async function getListed(db: Database, ids: string[]): Promise<Entry[]> {
  if (ids.length === 0) return []
  return (await queryNamed<Entry>(db, { name: 'find-listed', text: findByIds, values: [ids] })).rows
}

const d = alias(distributions, 'd')
const better = alias(distributions, 'better')
type Row = Record<'tenantId' | 'visibility' | 'listed' | 'targetGroup', AnyPgColumn>

function isAmong(row: Row, { tenantId, targetGroup }: Search): SQL | undefined {
  const ofGroup = targetGroup === undefined ? undefined : arrayContains(row.targetGroup, [targetGroup])
  return and(eq(row.tenantId, tenantId), isListed(row), ofGroup)
}

/** Whether nothing of the course of `d` matches in a better language. */
function isInNoneOf(languages: string[], search: Search, query: Query | null): SQL {
  const hasWords = query ? hasAll(sql`better.all_words`, query) : undefined
  const inBetter = sql`${languageKey(better)} = ANY(${sql.param(languages)})`
  return sql`NOT EXISTS (SELECT FROM distributions AS better
    WHERE ${and(eq(better.courseId, d.courseId), isAmong(better, search), hasWords, inBetter)})`
}

/** The ways in which a row `d` may match, the best first; no row matches in two. */
function tiersOf(query: Query | null): { tier: number; inTier: SQL | undefined }[] {
  if (!query) return [{ tier: 0, inTier: undefined }]
  const all = sql`${query.all}::tsquery`
  const any = sql`${query.any}::tsquery`
  const inTitle = sql`d.title_words`
  const anywhere = hasAll(sql`d.all_words`, query)
  const tiers = [
    { tier: 0, inTier: hasAll(inTitle, query) },
    { tier: 1, inTier: sql`${anywhere} AND ${inTitle} @@ ${any} AND NOT ${inTitle} @@ ${all}` },
    { tier: 2, inTier: sql`${anywhere} AND NOT ${inTitle} @@ ${any}` },
  ]
  // Of one word, any is all.
  return query.any === query.all ? tiers.filter(({ tier }) => tier !== 1) : tiers
}

function hasAll(words: SQL, { all, indexed }: Query): SQL {
  const found = sql`${words} @@ ${indexed}::tsquery`
  return indexed === all ? found : sql`${found} AND ts_match_vq(${words}, ${all}::tsquery)`
}
