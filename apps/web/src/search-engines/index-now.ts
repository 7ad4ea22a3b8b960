import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@coursewire/service-kit'
import { z } from 'zod'

/** The key of the protocol. It is no secret: `/<key>.txt` shows it, which proves that the site is ours. */
export const indexNowKey = z.string().regex(/^[A-Za-z0-9-]{8,128}$/)
export const keyPath = (key: string) => `/${key}.txt`

/** Passes on what it is told to all engines that take part. Google does not. */
const ENDPOINT = 'https://api.indexnow.org/indexnow'
/** The protocol allows no more in one request. */
const MAX_BATCH = 10_000
/** How many addresses of one host may wait. Engines find the others by the sitemap. */
const MAX_WAITING = 50_000
/** A page that is edited several times in a row is submitted once. */
const GATHER_MS = 60_000
const FIRST_PAUSE_MS = 2 * 60_000
const MAX_PAUSE_MS = 6 * 60 * 60_000
const TIMEOUT_MS = 30_000

type Pause = (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>
type Answer = { isTaken: boolean; isFinal: boolean; status: number | null; retryAfterMs: number }

export interface IndexNow {
  /** Tells search engines that there is something new at the address, or nothing any more. Never throws. */
  submit: (url: string) => void
  close: () => Promise<void>
}

/**
 * Creates what tells search engines of changed pages (https://www.indexnow.org/documentation). Without a key it does nothing.
 *
 * Every instance submits all changes. Engines take an address that they know already as one request to look again, so the few instances that
 * we have cost a few small requests. In return nobody has to agree on who submits, and what one instance has not submitted when it is stopped,
 * the others have.
 */
export function createIndexNow(options: {
  key: string | undefined
  logger: Logger
  endpoint?: string
  pause?: Pause
}): IndexNow {
  const { key, logger, endpoint = ENDPOINT, pause = sleep } = options
  if (key === undefined) return { submit: () => {}, close: () => Promise.resolve() }
  const closing = new AbortController()
  /** By host: one that is refused does not delay the others. */
  const queues = new Map<string, { urls: Set<string>; sending: Promise<void> }>()

  function submit(url: string): void {
    const { host } = new URL(url)
    const queue = queues.get(host)
    if (queue) {
      if (queue.urls.size < MAX_WAITING) queue.urls.add(url)
      return
    }
    const urls = new Set([url])
    queues.set(host, { urls, sending: send(host, urls) })
  }

  async function send(host: string, urls: Set<string>): Promise<void> {
    for (let failures = 0, ms = GATHER_MS; urls.size > 0; ) {
      await pause(ms, undefined, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) return
      const urlList = [...urls].slice(0, MAX_BATCH)
      // An address that is added while these are on their way must be sent once more.
      for (const url of urlList) urls.delete(url)
      const { isTaken, isFinal, status, retryAfterMs } = await post({
        host,
        key,
        keyLocation: keyLocation(urlList),
        urlList,
      })
      const fields = { host, status, count: urlList.length }
      ms = GATHER_MS
      if (isTaken) {
        failures = 0
        logger.info(fields, 'Submitted changed pages to IndexNow')
      } else if (isFinal) {
        logger.error(fields, 'IndexNow refuses changed pages')
      } else if (!closing.signal.aborted) {
        for (const url of urlList) urls.add(url)
        ms = Math.max(retryAfterMs, Math.min(FIRST_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS))
        failures += 1
        logger.warn({ ...fields, retryInSeconds: ms / 1_000 }, 'IndexNow does not take changed pages now')
      }
    }
    queues.delete(host)
  }

  const keyLocation = ([url = '']: string[]) => new URL(keyPath(key), url).href

  async function post(body: object): Promise<Answer> {
    try {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      await answer.body?.cancel()
      const { ok, status, headers } = answer
      return { isTaken: ok, isFinal: isFinal(status), status, retryAfterMs: readRetryAfter(headers.get('retry-after')) }
    } catch {
      return { isTaken: false, isFinal: false, status: null, retryAfterMs: 0 }
    }
  }

  return {
    submit,
    async close() {
      closing.abort()
      await Promise.all([...queues.values()].map(({ sending }) => sending))
    },
  }
}

/**
 * Whether the same request can never be taken: 400 says that its form is wrong, 422 that an address is not of this host. 429 says that we send
 * too much, and 403 that the key file was not found, which somebody can mend.
 */
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 403 && status !== 429

/** Seconds or a date (RFC 9110). */
function readRetryAfter(header: string | null): number {
  const seconds = Number(header ?? 0)
  const ms = Number.isNaN(seconds) ? Date.parse(header ?? '') - Date.now() : seconds * 1_000
  return Number.isNaN(ms) ? 0 : Math.min(ms, MAX_PAUSE_MS)
}
