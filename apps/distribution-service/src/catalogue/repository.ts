import { type Database, queryNamed } from '@coursewire/service-kit'
import { distributions } from '../db/schema.ts'
import { readStatement } from '../db/statements.ts'
import { type PublicContent, publicNames } from '../entries/content.ts'
import { buildCourseQuery, buildPlaceQuery, buildQueries } from './search-terms.ts'

/** A public distribution with what only its course and its parent know. */
export type Entry = PublicContent & {
  distributionId: string
  courseId: string
  slug: string
  /** The canonical slug for search engines: the parent's, unless the entry asks for its own or the parent is not public. */
  canonicalSlug: string
  version: number
  totalLessons: number | null
  updatedAt: string
  /** The parent, if it is public too: it decides the canonical URL. */
  parentId: string | null
}

/** Another public and listed distribution of the same course: in another language, or a variant for a narrower audience. */
export type Related = Pick<Entry, 'distributionId' | 'slug' | 'title' | 'language' | 'targetGroup'> & {
  isVariant: boolean
  isGenerated: boolean
}

/** The result for a slug: an entry, an entry whose slug has changed since, or an entry that is gone. */
export type Found = { entry: Entry & { related: Related[] } } | { moved: Entry } | 'gone' | 'absent'

const columns = `
  d.id AS "distributionId", d.course_id AS "courseId", d.slug,
  coalesce(CASE WHEN NOT d.has_own_canonical THEN parent.slug END, d.slug) AS "canonicalSlug",
  ${publicNames.map((name) => `d.${distributions[name].name} AS "${name}"`).join(', ')}, d.version,
  c.total_lessons AS "totalLessons", d.updated_at::text AS "updatedAt", parent.id AS "parentId"`
const surroundings = `
  LEFT JOIN courses AS c ON (c.tenant_id, c.course_id) = (d.tenant_id, d.course_id)
  LEFT JOIN distributions AS parent ON parent.id = d.derived_from AND parent.visibility = 'public'`

// A single statement, so that an entry that changes meanwhile is found either as it was or as it is.
const findBySlugs = `
  SELECT asked.number, s.distribution_id AS "ownerId", d.visibility, ${columns}, coalesce(related.all, '[]') AS related
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (tenant_id, slug, number)
  LEFT JOIN slugs AS s ON (s.tenant_id, s.slug) = (asked.tenant_id, asked.slug)
  LEFT JOIN distributions AS d ON d.id = s.distribution_id
  ${surroundings}
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('distributionId', o.id, 'slug', o.slug, 'title', o.title, 'language', o.language,
      'targetGroup', o.target_group, 'isVariant', o.derived_from IS NOT NULL, 'isGenerated', o.is_generated) ORDER BY o.id DESC) AS all
    FROM distributions AS o
    WHERE (o.tenant_id, o.course_id) = (d.tenant_id, d.course_id) AND o.visibility = 'public' AND o.listed
      AND (o.derived_from = d.id OR (o.derived_from IS NULL AND o.language <> d.language))
  ) AS related ON true
  ORDER BY asked.number`

/** Finds public entries by their slugs, whether or not lists show them. */
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
    return entry.slug === asked[index]?.slug ? { entry } : { moved: entry }
  })
}

/** The position of an entry in a list: by the group of its language, then by how well it matches, then the newest first. */
export type Place = { language: number; tier: number; id: string }

export type Search = {
  tenantId: string
  /** The keys of languages in groups, the best first. */
  languages: string[][]
  /** Each course is shown only in the best of the groups that it is in. */
  isBestOnly: boolean
  targetGroup: string | undefined
  text: string | undefined
  /** Only these courses. */
  courseIds?: string[] | undefined
}

/** A page of entries. `next` is the position after which the next page begins, if there is one. */
export type Listed = { entries: Entry[]; next: Place | null }
export type Cut = { after?: Place | undefined; limit: number }

/** If more entries match, looking through the newest ones is faster than sorting all that match. */
const FEW = 1_000

const findLanguages = readStatement<{ key: string }>('list-languages')
const findNewest = readStatement<{ id: string }>('find-newest')
const findMany = readStatement<{ id: string }>('find-many')
const findFew = readStatement<{ areMany: boolean; ids: string[] }>('find-few')

/** Lists the languages of listed entries, as keys. */
export async function listLanguages(db: Database, tenantId: string): Promise<string[]> {
  return (await findLanguages(db, { tenantId })).map(({ key }) => key)
}

/** Lists the entries that match, from `after` on: one stretch of the order after the other, until the page is full. */
export async function list(db: Database, search: Search, { after, limit }: Cut): Promise<Listed> {
  const { tenantId, targetGroup, languages, isBestOnly } = search
  const queries = toQueries(search)
  const anyTier = queries[0] === null ? null : queries.map((query) => `(${query})`).join(' | ')
  const stretches = languages.flatMap((keys, language) =>
    keys.length > 0 ? queries.map((query, tier) => ({ keys, language, query, tier })) : [],
  )
  const places: Place[] = []
  for (const { keys, language, query, tier } of stretches) {
    const distance = after ? language - after.language || tier - after.tier : 1
    if (distance < 0) continue
    const ids = await findIds(db, {
      tenantId,
      targetGroup,
      languages: keys,
      // With the languages, so that no match in another one is read. Where all are wanted, the index is faster without.
      wanted: isBestOnly || languages.length > 1 ? `(${query}) & (${buildPlaceQuery(tenantId, keys)})` : query,
      betterLanguages: isBestOnly ? languages.slice(0, language).flat() : [],
      query,
      anyTier,
      afterId: distance === 0 ? after?.id : null,
      // One more than asked for tells of a next page.
      limit: limit + 1 - places.length,
    })
    places.push(...ids.map((id) => ({ language, tier, id })))
    if (places.length > limit) break
  }
  const shown = places.slice(0, limit)
  const ids = shown.map(({ id }) => id)
  return { entries: await getListed(db, ids), next: places.length > limit ? (shown.at(-1) ?? null) : null }
}

/** The only query is null if everything is wanted. */
function toQueries({ text, courseIds }: Search): (string | null)[] {
  const ofText = text === undefined ? [] : buildQueries(text)
  if (!courseIds) return text === undefined ? [null] : ofText
  const ofCourses = buildCourseQuery(courseIds)
  return text === undefined ? [ofCourses] : ofText.map((query) => `(${query}) & (${ofCourses})`)
}

async function findIds(db: Database, values: { query: string | null } & Record<string, unknown>): Promise<string[]> {
  const find = values.query === null ? findNewest : findMany
  const [few] = values.query === null ? [] : await findFew(db, { ...values, few: FEW })
  return few && !few.areMany ? few.ids : (await find(db, values)).map(({ id }) => id)
}

const findByIds = `
  SELECT ${columns} FROM unnest($1::text[]) WITH ORDINALITY AS asked (id, number)
  JOIN distributions AS d USING (id) ${surroundings}
  WHERE d.visibility = 'public' AND d.listed
  ORDER BY asked.number`

/** Reads entries in the order of the ids, without those that were unpublished meanwhile. */
async function getListed(db: Database, ids: string[]): Promise<Entry[]> {
  if (ids.length === 0) return []
  return (await queryNamed<Entry>(db, { name: 'find-listed', text: findByIds, values: [ids] })).rows
}

type Root = Pick<Related, 'slug' | 'language' | 'isGenerated'> & { courseId: string; isIndexed: boolean }
/** A page for search engines, with one root entry for each language of its course, the newest first. */
export type ListedPage = Pick<Entry, 'courseId' | 'slug' | 'language' | 'updatedAt'> & { id: string; roots: Root[] }

const findPages = readStatement<Omit<ListedPage, 'roots'>>('list-pages')
const findRoots = readStatement<Root>('list-roots')

/** Lists the pages for search engines in the order of their ids. */
export async function listPages(
  db: Database,
  tenantId: string,
  page: { after?: string | undefined; limit: number },
): Promise<ListedPage[]> {
  const pages = await findPages(db, { tenantId, ...page })
  const rootsOf = new Map<string, Root[]>(pages.map(({ courseId }) => [courseId, []]))
  for (const root of await findRoots(db, { tenantId, courseIds: [...rootsOf.keys()] }))
    rootsOf.get(root.courseId)?.push(root)
  return pages.map((page) => ({ ...page, roots: rootsOf.get(page.courseId) ?? [] }))
}
