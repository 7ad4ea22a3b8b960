import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { tenant } from '@coursewire/product'
import { imagineCourse } from '@coursewire/seed'
import { migrate } from '@coursewire/setup'
import type pg from 'pg'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const ENTRIES = 100_000
const CHUNK = 5_000
/** Has no divisor in common with the number of entries, so with this stride every entry comes once before one is repeated. */
const STRIDE = 61_803
const FIRST_AT = Date.parse('2025-01-01T00:00:00Z')

/** The floors' table, with a column for each field of the public view. */
export const entryTable = `
  CREATE TABLE entries (
    id text PRIMARY KEY,
    tenant_id text NOT NULL,
    course_id text NOT NULL,
    slug text NOT NULL,
    canonical_url text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    language text NOT NULL,
    target_group text[] NOT NULL,
    total_lessons integer,
    version text NOT NULL,
    seo jsonb NOT NULL,
    cta jsonb NOT NULL,
    updated_at text NOT NULL,
    alternatives jsonb NOT NULL DEFAULT '[]',
    variants jsonb NOT NULL DEFAULT '[]',
    UNIQUE (tenant_id, slug)
  )`

export type Entry = ReturnType<typeof buildEntry>

/** Builds public entries like those of generations and editors, in the order of their creation. */
export function buildEntries(count = ENTRIES): Entry[] {
  return Array.from({ length: count }, (_, index) => buildEntry(index))
}

function buildEntry(index: number) {
  const { title, description, language, target_audiences, total_lessons } = imagineCourse(index)
  const at = FIRST_AT + index * 60_000
  return {
    id: buildId(at),
    tenant_id: tenant,
    course_id: `bench-${index}`,
    slug: `${toSlug(title).slice(0, 72)}-${index}`,
    title,
    description,
    language,
    target_group: target_audiences,
    total_lessons,
    seo: {
      meta_title: title.slice(0, 60),
      meta_description: description.slice(0, 155),
      meta_keywords: target_audiences,
    },
    cta: { label: 'Enroll now', type: 'primary_button' },
    at: new Date(at).toISOString(),
  }
}

/** Ids grow with time, as the service's own do. */
function buildId(at: number): string {
  const hex = at.toString(16).padStart(12, '0')
  return `dist_${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`
}

function toSlug(text: string): string {
  const plain = text.normalize('NFKD').toLowerCase()
  return plain.replaceAll(/\p{Mark}/gu, '').replaceAll(/[^a-z0-9]+/g, '-')
}

/** Returns each entry once, far from those that were created next to it. */
export function scatter(entries: Entry[]): Entry[] {
  return entries.map((_, index) => entries[(index * STRIDE) % entries.length] as Entry)
}

const given = `jsonb_to_recordset($1) AS given (id text, tenant_id text, course_id text, slug text, title text,
  description text, language text, target_group text[], total_lessons integer, seo jsonb, cta jsonb, at timestamptz)`

const ofService = [
  `INSERT INTO courses (tenant_id, course_id, title, description, language, target_group, total_lessons,
                        generation_completed_at)
   SELECT tenant_id, course_id, title, description, language, target_group, total_lessons, at FROM ${given}`,
  `INSERT INTO distributions (id, tenant_id, course_id, is_generated, slug, title, description, language, target_group,
                              seo, cta, listed, visibility, version, created_at, updated_at)
   SELECT id, tenant_id, course_id, true, slug, title, description, language, target_group,
          seo, cta, true, 'public', 1, at, at FROM ${given}`,
  `INSERT INTO slugs (tenant_id, slug, distribution_id) SELECT tenant_id, slug, id FROM ${given} ON CONFLICT DO NOTHING`,
]
const ofFloor = [
  `INSERT INTO entries (id, tenant_id, course_id, slug, canonical_url, title, description, language, target_group,
                        total_lessons, version, seo, cta, updated_at)
   SELECT id, tenant_id, course_id, slug, $2 || slug, title, description, language, target_group,
          total_lessons, 'v1', jsonb_build_object('metaTitle', seo->'meta_title',
            'metaDescription', seo->'meta_description', 'metaKeywords', seo->'meta_keywords'), cta,
          to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM ${given}`,
]

/** Also makes them findable, which is part of a migration. That takes as long as writing them, so both are done at once. */
export async function writeEntries(
  distributions: pg.Client,
  entries: Entry[],
  databases: Parameters<typeof migrate>[0],
): Promise<void> {
  let isWritten = false
  async function writeAll() {
    await write(distributions, entries, ofService)
    isWritten = true
  }
  async function makeFindable() {
    while (!isWritten) await migrate(databases, root)
    await migrate(databases, root)
  }
  const createIndexes = await dropTermIndexes(distributions)
  await Promise.all([writeAll(), makeFindable()])
  for (const statement of createIndexes) await distributions.query(statement)
  await distributions.query('VACUUM ANALYZE courses, distributions, slugs, listings')
}

/** Drops the indexes of words, to which rows are added slowly, and returns the statements that create them. */
async function dropTermIndexes(distributions: pg.Client): Promise<string[]> {
  const { rows } = await distributions.query<{ name: string; statement: string }>(
    `SELECT quote_ident(indexname) AS name, indexdef AS statement FROM pg_indexes WHERE indexdef LIKE '%USING gin %'`,
  )
  if (rows.length > 0) await distributions.query(`DROP INDEX ${rows.map(({ name }) => name).join()}`)
  return rows.map(({ statement }) => statement)
}

/** Writes the entries for the floor. It must answer like the service, so `courseUrl` is the address of the pages. */
export async function writeFloorEntries(owner: pg.Client, entries: Entry[], courseUrl: string): Promise<void> {
  await write(owner, entries, ofFloor, courseUrl)
  await owner.query('VACUUM ANALYZE entries')
}

async function write(client: pg.Client, entries: Entry[], statements: string[], ...rest: string[]): Promise<void> {
  for (let from = 0; from < entries.length; from += CHUNK) {
    const chunk = JSON.stringify(entries.slice(from, from + CHUNK))
    for (const statement of statements) await client.query(statement, [chunk, ...rest])
  }
}
