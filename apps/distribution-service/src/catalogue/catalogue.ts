import { createHash } from 'node:crypto'
import { createTurns, type Database } from '@coursewire/service-kit'
import { tagPage } from './cache-tags.ts'
import { createEncoded, type Encoding } from './encoding.ts'
import {
  chooseLanguages,
  orderLanguages,
  readAcceptLanguage,
  readStoredLanguages,
  type StoredLanguages,
} from './language.ts'
import { createMomentaryCache } from './momentary-cache.ts'
import { type Cut, type Found, findPublic, type Listed, list, listLanguages, type Search } from './repository.ts'
import { choosePages, showCourse } from './responses.ts'

/** JSON as it is sent, the languages it is in, and what shared caches know it by. */
export type Document = {
  etag: string
  body: Buffer
  encode: (encoding: Encoding) => Promise<Buffer>
  languages: string[]
  cacheTag: string
}
export type Page = { document: Document } | { movedTo: string; cacheTag: string } | { missing: 'gone' | 'absent' }

/** As bytes: a string would go through the serialiser of the route once more. */
export function toDocument(value: object, { languages, cacheTag }: Pick<Document, 'languages' | 'cacheTag'>): Document {
  const body = Buffer.from(JSON.stringify(value))
  return {
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    body,
    encode: createEncoded(body),
    languages: [...new Set(languages)],
    cacheTag,
  }
}

/** A search. The languages that a reader accepts count only where no language is asked for. */
export type Asked = Pick<Search, 'tenantId' | 'targetGroup' | 'text' | 'courseIds'> & {
  language?: string | undefined
  acceptLanguage?: string | undefined
}

/** How many lists are read at a time, and how many may wait: whatever is searched for, connections are left for pages. */
export const LISTS_AT_ONCE = 6
const MAX_WAITING_LISTS = 200
const MAX_WAITING_LISTS_EACH = 50

/** The public's side of the catalogue. Lists are read over `listsDb`, which cancels statements that take long. */
export function createCatalogue({ db, listsDb, baseUrl }: { db: Database; listsDb: Database; baseUrl: string }) {
  const takeTurn = createTurns({
    concurrent: LISTS_AT_ONCE,
    maxWaiting: MAX_WAITING_LISTS,
    maxWaitingEach: MAX_WAITING_LISTS_EACH,
  })
  const cache = createMomentaryCache<Page>(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as { tenantId: string; slug: string })
    return (await findPublic(db, asked)).map(toPage)
  })
  const storedLanguages = createMomentaryCache<StoredLanguages>((tenantIds) =>
    Promise.all(tenantIds.map(async (tenantId) => readStoredLanguages(await listLanguages(db, tenantId)))),
  )

  function toPage(found: Found): Page {
    if (typeof found === 'string') return { missing: found }
    if ('moved' in found) return { movedTo: found.moved.slug, cacheTag: tagPage(found.moved, []) }
    const pages = choosePages(found.entry)
    const shown = showCourse(found.entry, pages, baseUrl)
    const cacheTag = tagPage(found.entry, [...pages.alternatives, ...pages.variants])
    return { document: toDocument(shown, { languages: [shown.language], cacheTag }) }
  }

  /** A language that is asked for filters; languages that are accepted only order. */
  async function toSearch({ language, acceptLanguage = '', ...asked }: Asked): Promise<Search> {
    const stored = await storedLanguages.get(asked.tenantId)
    return language === undefined
      ? { ...asked, languages: orderLanguages(readAcceptLanguage(acceptLanguage), stored), isBestOnly: false }
      : { ...asked, languages: chooseLanguages(language, stored), isBestOnly: true }
  }

  return {
    findPage: (tenantId: string, slug: string): Page | Promise<Page> => cache.get(JSON.stringify({ tenantId, slug })),
    /** Reads a page from the database after it was asked for. */
    readPage: (tenantId: string, slug: string): Promise<Page> => cache.load(JSON.stringify({ tenantId, slug })),
    /** For a caller at this address: whoever asks for much delays only themselves. */
    list: (asked: Asked, cut: Cut, address: string): Promise<Listed> =>
      takeTurn({ lane: 'lists', owner: address }, async () => list(listsDb, await toSearch(asked), cut)),
    hold: () => {
      const releases = [cache.hold(), storedLanguages.hold()]
      return () => {
        for (const release of releases) release()
      }
    },
  }
}

export type Catalogue = ReturnType<typeof createCatalogue>
