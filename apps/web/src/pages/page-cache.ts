/**
 * Rendered pages, kept until somebody says that what they show has changed.
 *
 * A page carries tags: the ids of everything it shows. `forget(tag)` drops all pages that carry it. Three things make that safe:
 * - A page that was being loaded when its tag was forgotten is answered to who waited for it, but not kept.
 * - An event can overtake the data: other instances of the catalogue may answer from before the change for `settleMs`. A page loaded that
 *   soon after an event is checked again at the next request.
 * - Every page is checked (by its ETag: mostly a 304) after `checkMs`; after `blindMs` while no events arrive. So a lost event costs time, not truth.
 */
export type Loaded<P> = { page: P; tags: string[]; etag: string }
type Kept<P> = Loaded<P> & { checkedAt: number; settled: boolean }
type Options<P> = {
  load: (key: string, knownEtag: string | undefined) => Promise<Loaded<P> | 'unchanged'>
  now?: () => number
  maxPages?: number
  settleMs?: number
  checkMs?: number
  blindMs?: number
}

export function createPageCache<P>({
  load,
  now = () => performance.now(),
  maxPages = 20_000,
  settleMs = 1_500,
  checkMs = 60_000,
  blindMs = 800,
}: Options<P>) {
  const pages = new Map<string, Kept<P>>()
  const keysOf = new Map<string, Set<string>>()
  const forgotten = new Map<string, number>()
  const loading = new Map<string, Promise<P>>()
  let isFollowing = false

  function drop(key: string): void {
    for (const tag of pages.get(key)?.tags ?? []) {
      const keys = keysOf.get(tag)
      keys?.delete(key)
      if (keys?.size === 0) keysOf.delete(tag)
    }
    pages.delete(key)
  }

  function keep(key: string, loaded: Loaded<P>, startedAt: number): void {
    const lastChange = Math.max(...loaded.tags.map((tag) => forgotten.get(tag) ?? -Infinity))
    drop(key)
    if (lastChange >= startedAt) return
    pages.set(key, { ...loaded, checkedAt: startedAt, settled: startedAt - lastChange > settleMs })
    for (const tag of loaded.tags) keysOf.set(tag, (keysOf.get(tag) ?? new Set()).add(key))
    for (const oldest of pages.keys()) {
      if (pages.size <= maxPages) break
      drop(oldest)
    }
  }

  async function fill(key: string): Promise<P> {
    const startedAt = now()
    const known = pages.get(key)
    const answer = await load(key, known?.etag)
    const loaded = answer === 'unchanged' && known ? known : (answer as Loaded<P>)
    keep(key, loaded, startedAt)
    return loaded.page
  }

  return {
    get size() {
      return pages.size
    },
    /** Whether events arrive: as long as they do not, pages are checked every second. */
    follow(yes: boolean) {
      isFollowing = yes
    },
    forget(tag: string) {
      forgotten.set(tag, now())
      if (forgotten.size > 10_000) for (const [t, at] of forgotten) if (now() - at > 60_000) forgotten.delete(t) // longer than any load takes
      for (const key of keysOf.get(tag) ?? []) drop(key)
    },
    get(key: string): P | Promise<P> {
      const kept = pages.get(key)
      if (kept && now() - kept.checkedAt < (isFollowing ? (kept.settled ? checkMs : 0) : blindMs)) return kept.page
      let pending = loading.get(key)
      if (!pending) {
        pending = fill(key).finally(() => loading.delete(key))
        loading.set(key, pending)
      }
      return pending
    },
  }
}
