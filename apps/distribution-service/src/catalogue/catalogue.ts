import { createHash } from 'node:crypto'
import type { Database } from '@coursewire/service-kit'
import { createMomentaryCache } from './momentary-cache.ts'
import {
  type Cut,
  type Found,
  findPublic,
  type Listed,
  type Query,
  type Search,
  searchFew,
  walk,
} from './repository.ts'
import { showCourse } from './views.ts'

/** JSON as it is sent. */
export type Document = { etag: string; body: Buffer }
export type Page = { document: Document } | { movedTo: string } | { missing: 'gone' | 'absent' }

/** As bytes: a string would go through the serialiser of the route once more. */
export function toDocument(value: object): Document {
  const body = Buffer.from(JSON.stringify(value))
  return { etag: `"${createHash('sha256').update(body).digest('base64url')}"`, body }
}

/** More words than so many are not remembered to be in many entries. */
const MAX_COMMON = 1_000

/** What the public sees. */
export function createCatalogue({ db, baseUrl }: { db: Database; baseUrl: string }) {
  const cache = createMomentaryCache<Page>(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [string, string])
    const found = await findPublic(
      db,
      asked.map(([tenantId, slug]) => ({ tenantId, slug })),
    )
    return found.map(toPage)
  })
  /** What is looked for and matches many: by the index alone it takes long to find that out. */
  const common = new Map<string, Query>()

  function toPage(found: Found): Page {
    if (typeof found === 'string') return { missing: found }
    return 'entry' in found ? { document: toDocument(showCourse(found.entry, baseUrl)) } : found
  }

  async function list(search: Search, cut: Cut): Promise<Listed> {
    if (search.text === undefined) return walk(db, search, null, cut)
    const key = JSON.stringify(search)
    const query = common.get(key)
    if (query) return walk(db, search, query, cut)

    const found = await searchFew(db, search, search.text, cut)
    if (!('query' in found)) return found
    if (common.size >= MAX_COMMON) common.clear()
    common.set(key, found.query)
    return walk(db, search, found.query, cut)
  }

  return {
    findPage: (tenantId: string, slug: string): Page | Promise<Page> => cache.get(JSON.stringify([tenantId, slug])),
    list,
    hold: cache.hold,
  }
}
