import { type Database, type Transaction, withDatabase } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import { writeAllTerms } from '../src/catalogue/listings.ts'
import { list, type Search } from '../src/catalogue/repository.ts'
import { openAsEditor } from './helpers.ts'

const ENGLISH = 6_000

let tenantId: string
let editor: Awaited<ReturnType<typeof openAsEditor>>
beforeAll(async () => {
  editor = await openAsEditor()
  const { id } = await editor.create()
  // All English ones have the same words; of the German ones, none has them.
  await editor.db.execute(sql`
    INSERT INTO distributions (id, tenant_id, course_id, is_generated, slug, title, description, language, target_group,
                               seo, cta, listed, visibility, version, created_at, updated_at)
    SELECT 'dist_' || lpad(number::text, 36, '0'), d.tenant_id, d.course_id, false, 'many-' || number,
      CASE WHEN is_english THEN 'Moss' ELSE 'Farn' END, CASE WHEN is_english THEN 'On stones.' ELSE 'Im Wald.' END,
      CASE WHEN is_english THEN 'en' ELSE 'de' END, '{readers}', d.seo, d.cta, true, 'public', 1, d.created_at, d.updated_at
    FROM generate_series(1, ${ENGLISH}::int + 100) AS number, distributions AS d,
      LATERAL (SELECT number <= ${ENGLISH}) AS of (is_english)
    WHERE d.id = ${id}`)
  await writeAllTerms(editor.db)
  await withDatabase('test', editor.migrateDatabaseUrl, (db) => db.execute(sql`VACUUM (ANALYZE) listings`))
  const { rows } = await editor.db.execute<{ id: string }>(sql`SELECT DISTINCT tenant_id AS id FROM listings`)
  tenantId = rows[0]?.id ?? ''
  return editor.close
})

/** How many rows of listings this session has read. */
async function readCounter(tx: Transaction): Promise<number> {
  const { rows } = await tx.execute<{ read: number }>(sql`
    SELECT (seq_tup_read + idx_tup_fetch)::int AS read FROM pg_stat_xact_user_tables WHERE relname = 'listings'`)
  return rows[0]?.read ?? 0
}

/** The most rows that one of several equal searches reads: the first ones are planned anew, the later ones may not be. */
async function countRowsRead(asked: Partial<Search>): Promise<number> {
  const search = {
    tenantId,
    languages: [['de', 'en']],
    isBestOnly: false,
    targetGroup: undefined,
    text: undefined,
    ...asked,
  }
  const counts: number[] = []
  for (let count = 0; count < 12; count += 1) {
    await editor.db.transaction(async (tx) => {
      const before = await readCounter(tx)
      await list(tx as unknown as Database, search, { limit: 20 })
      counts.push((await readCounter(tx)) - before)
    })
  }
  return Math.max(...counts)
}

it.each<[string, Partial<Search>, number]>([
  ['everything', {}, 50],
  ['a word of many entries', { text: 'moss' }, 1_200],
  ['a word of no entry', { text: 'fern' }, 0],
  ['a word of many entries of another tenant', { tenantId: 'globex', languages: [['de'], ['en']], text: 'moss' }, 0],
  ['a word of many entries in another language than the first', { languages: [['de'], ['en']], text: 'stones' }, 1_200],
  ['a word of many entries in other languages only', { languages: [['de']], isBestOnly: true, text: 'moss' }, 0],
  ['everything for a target group of no entry', { targetGroup: 'nobody' }, 0],
])('a search for %s reads few rows', async (_what, asked, most) => {
  expect(await countRowsRead(asked)).toBeLessThanOrEqual(most)
})
