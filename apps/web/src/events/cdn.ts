import { setTimeout as sleep } from 'node:timers/promises'
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront'
import { createOutageLog, type Logger } from '@coursewire/service-kit'

/** A cache between browsers and us that must forget what we forget. Never throws. */
export interface Cdn {
  forget: (tags: string[]) => void
  forgetAll: () => void
  close: () => Promise<void>
}

/** Says what a CDN would be told. */
export function createLoggingCdn(logger: Logger): Cdn {
  return {
    forget: (tags) => logger.debug({ tags }, 'Tags to forget'),
    forgetAll: () => logger.debug('Everything to forget'),
    close: () => Promise.resolve(),
  }
}

/** Tags of events that arrive together are sent together: an invalidation takes seconds, and few may be in progress. */
const GATHER_MS = 200
/** CloudFront has at most 3,000 items in progress. */
const MAX_ITEMS = 1_000
/** Instead of more, everything is forgotten. */
const MAX_WAITING = 10_000
const EVERYTHING = '/*'

/** Invalidates what has a tag. The distribution must read tags from the header `cache-tag` (CacheTagConfig). */
export function createCloudFront(distributionId: string, logger: Logger): Cdn {
  const client = new CloudFrontClient({})
  const cdn = createBatchedCdn((items) => {
    const Paths = { Quantity: items.length, Items: items }
    const InvalidationBatch = { Paths, CallerReference: crypto.randomUUID() }
    return client.send(new CreateInvalidationCommand({ DistributionId: distributionId, InvalidationBatch }))
  }, logger)
  return {
    ...cdn,
    async close() {
      await cdn.close()
      client.destroy()
    },
  }
}

/** Calls `invalidate` with batches, one at a time and again until it succeeds. */
export function createBatchedCdn(
  invalidate: (items: string[]) => Promise<unknown>,
  logger: Logger,
  pause: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown> = sleep,
): Cdn {
  const log = createOutageLog(logger, { failing: 'The CDN forgets nothing now', works: 'The CDN forgets again' })
  const closing = new AbortController()
  let waiting = new Set<string>()
  let sending: Promise<void> | null = null

  function add(items: string[]): void {
    for (const item of items) waiting.add(item)
    if (waiting.size > MAX_WAITING || waiting.has(EVERYTHING)) waiting = new Set([EVERYTHING])
    sending ??= send().finally(() => {
      sending = null
    })
  }

  async function send(): Promise<void> {
    for (let failures = 0; waiting.size > 0; ) {
      const ms = failures === 0 ? GATHER_MS : Math.min(500 * 2 ** failures, 30_000)
      await pause(ms, undefined, { signal: closing.signal }).catch(() => undefined)
      const items = [...waiting].slice(0, MAX_ITEMS)
      // An item that is added while these are on their way must be sent once more.
      for (const item of items) waiting.delete(item)
      try {
        await invalidate(items)
        log.worked()
        failures = 0
      } catch (error) {
        log.failed(error)
        if (closing.signal.aborted) return
        failures += 1
        for (const item of items) waiting.add(item)
      }
    }
  }

  return {
    forget: (tags) => add(tags.map((tag) => `#${tag}`)),
    forgetAll: () => add([EVERYTHING]),
    close: async () => {
      closing.abort()
      await sending
    },
  }
}
