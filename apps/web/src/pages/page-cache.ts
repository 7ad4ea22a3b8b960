import { AppError } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'

/** While events may be late, a page is good for so long: a change is seen within a second, including the time to answer. */
const BLIND_MS = 800
/** How often a page is checked although no event was about it: an event that was lost costs this much time. */
const CHECK_MS = 10_000
/** An event can overtake the data if the catalogue answers from memory. What is loaded so soon after an event is checked again. */
const SETTLE_MS = 1_500
/** How long a page is shown without a check while the catalogue does not answer. Events must arrive meanwhile. */
const MAX_UNCHECKED_MS = 600_000
/** How long a page is shown after a check has failed, before the catalogue is asked again. */
const RETRY_MS = 1_000
const MAX_FORGOTTEN = 10_000
const MAX_LOADING = 1_000
const MAX_LOADS = 3
/** The memory of an entry and its place in the indexes, beside its page. */
const ENTRY_BYTES = 600

export interface Loaded<Page> {
  page: Page
  /** The names of everything that the page shows. */
  tags: string[]
  etag: string | null
  /** Cheap to load again, and anybody can make up more of its kind: unknown addresses and searches. They never displace other pages. */
  isMinor: boolean
}

interface Kept<Page> extends Loaded<Page> {
  /** When the last load began that found it unchanged. */
  checkedAt: number
  failedAt: number
  isSettled: boolean
}

/** Something that is known until a moment, unless it is confirmed before. It holds since it was confirmed first without a gap. */
interface Known {
  since: number
  until: number
}

/** Loads a page. Resolves to `unchanged` if it is still the one with the known ETag. */
export type Load<Page> = (knownEtag: string | null) => Promise<Loaded<Page> | 'unchanged'>

interface Options<Page> {
  now?: () => number
  sizeOf: (page: Page) => number
  maxBytes: number
  maxMinorBytes: number
}

/**
 * Keeps rendered pages until something that they show has changed. `forget(tag)` drops all pages with that tag. A page is used while one of
 * these holds:
 * 1. Events are prompt, none was about it, and it was checked by its ETag at most ten seconds ago.
 * 2. Events may be late, and it was checked less than a second ago.
 * 3. Kafka is heard, no event was about it, and the catalogue refuses to answer, for ten minutes at the most. Silence is no refusal: what
 *    is silent may be frozen while another instance takes the course back.
 *
 * Events are prompt while they reach Kafka promptly, and Kafka is heard. If either was uncertain, each page is checked once, because the
 * event about it may still be on its way.
 *
 * A page that was forgotten while it was being loaded is never kept. Callers who ask for the same page share one load.
 */
export function createPageCache<Page extends object>(options: Options<Page>) {
  const { now = () => performance.now(), sizeOf, maxBytes, maxMinorBytes } = options
  const pages = createStore(maxBytes)
  const minorPages = createStore(maxMinorBytes)
  const keysOf = new Map<string, Set<string>>()
  /** When tags were forgotten, the oldest first. */
  const forgotten = new Map<string, number>()
  /** Everything may have been forgotten at this moment, or before. */
  let allForgottenAt = -Infinity
  /** That Kafka is heard. */
  const heard: Known = { since: Infinity, until: -Infinity }
  /** That what is committed reaches Kafka promptly. */
  const relayed: Known = { since: Infinity, until: -Infinity }
  let usedAt = -Infinity
  const loading = new Map<string, { startedAt: number; page: Promise<Page> }>()

  function createStore(maxSize: number) {
    return new LRUCache<string, Kept<Page>>({
      maxSize,
      sizeCalculation: ({ page, tags }, key) =>
        sizeOf(page) + ENTRY_BYTES + 2 * (key.length + tags.join('').length) + 200 * tags.length,
      dispose(kept, key) {
        for (const tag of kept.tags) {
          const keys = keysOf.get(tag)
          keys?.delete(key)
          if (keys?.size === 0) keysOf.delete(tag)
        }
      },
    })
  }

  const holds = ({ until }: Known) => now() < until
  const arePrompt = () => holds(heard) && holds(relayed)

  function confirm(known: Known, until: number): void {
    if (!holds(known)) known.since = now()
    known.until = until
  }

  const find = (key: string) => pages.get(key) ?? minorPages.get(key)

  function drop(key: string): void {
    pages.delete(key)
    minorPages.delete(key)
  }

  function lastForgottenAt(tags: string[]): number {
    return Math.max(allForgottenAt, ...tags.map((tag) => forgotten.get(tag) ?? -Infinity))
  }

  /** Whether every event about the page since its last check would have been heard, if it has reached Kafka. */
  const isWatched = (kept: Kept<Page>) => kept.isSettled && holds(heard) && kept.checkedAt >= heard.since
  const canGoUnchecked = (kept: Kept<Page>) => isWatched(kept) && now() - kept.checkedAt < MAX_UNCHECKED_MS

  function isGood(kept: Kept<Page>): boolean {
    if (canGoUnchecked(kept) && now() - kept.failedAt < RETRY_MS) return true
    const age = now() - kept.checkedAt
    if (!arePrompt()) return age < BLIND_MS
    return isWatched(kept) && kept.checkedAt >= relayed.since && age < CHECK_MS
  }

  function keep(key: string, loaded: Loaded<Page>, startedAt: number): void {
    drop(key)
    const store = loaded.isMinor ? minorPages : pages
    const isSettled = startedAt - lastForgottenAt(loaded.tags) > SETTLE_MS
    store.set(key, { ...loaded, checkedAt: startedAt, failedAt: -Infinity, isSettled })
    if (!store.has(key)) return
    for (const tag of loaded.tags) keysOf.set(tag, (keysOf.get(tag) ?? new Set()).add(key))
  }

  async function fill(key: string, load: Load<Page>): Promise<Page> {
    for (let loads = 0; loads < MAX_LOADS; loads += 1) {
      const startedAt = now()
      const known = find(key)
      const answer = await load(known?.etag ?? null).catch((error: unknown) => rescue(key, error))
      if (answer === null) return (find(key) as Kept<Page>).page
      const loaded = answer === 'unchanged' ? known : answer
      if (!loaded) throw new Error('The catalogue says that a page is unchanged which it was not asked about')
      const isForgotten = lastForgottenAt(loaded.tags) >= startedAt
      if (!isForgotten) keep(key, loaded, startedAt)
      // Whoever asked before the change gets the page from before the change, unless that was long ago.
      if (!isForgotten || now() - startedAt < BLIND_MS) return loaded.page
    }
    throw new AppError('unavailable', 'pages.changing', 'The page changes faster than it can be loaded')
  }

  /** Resolves to null if what is kept can be shown although the catalogue does not answer. */
  function rescue(key: string, error: unknown): null {
    const kept = find(key)
    const isSilent = error instanceof AppError && error.code === 'service.silent'
    if (!kept || isSilent || !canGoUnchecked(kept)) throw error
    kept.failedAt = now()
    return null
  }

  return {
    /** How many pages are kept, and their size. */
    measure: () => ({
      pages: pages.size + minorPages.size,
      bytes: pages.calculatedSize + minorPages.calculatedSize,
      tags: keysOf.size,
    }),
    /** Says that Kafka is heard, until a moment. */
    hear: (until: number) => confirm(heard, until),
    /** Says that what is committed reaches Kafka promptly, until a moment. */
    trustRelay: (until: number) => confirm(relayed, until),
    /** Returns the keys of the pages that were dropped, without the minor ones. */
    forget(tag: string): string[] {
      forgotten.delete(tag)
      forgotten.set(tag, now())
      for (const [oldest, at] of forgotten) {
        if (forgotten.size <= MAX_FORGOTTEN) break
        forgotten.delete(oldest)
        allForgottenAt = at
      }
      const keys = [...(keysOf.get(tag) ?? [])]
      const dropped = keys.filter((key) => pages.has(key))
      for (const key of keys) drop(key)
      return dropped
    },
    forgetAll(): void {
      allForgottenAt = now()
      pages.clear()
      minorPages.clear()
    },
    /** Whether any page was asked for lately. If none was, each has to be checked anyway, whether or not events are prompt. */
    isInUse: () => now() - usedAt < CHECK_MS,
    get(key: string, load: Load<Page>): Page | Promise<Page> {
      usedAt = now()
      const kept = find(key)
      if (kept && isGood(kept)) return kept.page
      const pending = loading.get(key)
      // An answer that has been on its way for long may be older than a change that nobody has heard of.
      if (pending && (arePrompt() || now() - pending.startedAt < BLIND_MS)) return pending.page
      if (loading.size >= MAX_LOADING) {
        return Promise.reject(new AppError('unavailable', 'pages.busy', 'Too many pages are being loaded'))
      }
      const filling = {
        startedAt: now(),
        page: fill(key, load).finally(() => {
          if (loading.get(key) === filling) loading.delete(key)
        }),
      }
      loading.set(key, filling)
      return filling.page
    },
  }
}

export type PageCache<Page extends object> = ReturnType<typeof createPageCache<Page>>
