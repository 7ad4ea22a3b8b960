import { setTimeout as sleep } from 'node:timers/promises'
import { type Kafka, publishRecords } from '@coursewire/messaging'
import { buildGeneration, type Editor } from '@coursewire/setup'
import { withPatience } from './patience.ts'
import { createCensus, type Entry } from './seed-census.ts'

/** How many events are sent together. The next ones follow when half of them have become entries. */
const CHUNK = 1_000
const PUBLISHERS = 16
const POLL_MS = 100
/** How long to wait for a new entry before giving up. */
const STANDSTILL_MS = 60_000
/** How far before the newest entry to look again, for entries that were committed after younger ones. Further if none comes. */
const LATENESS_MS = { least: 1_000, most: 60_000 }

export interface SeededProduct {
  kafkaClient: Kafka
  distributionService: string
  editor: Editor
}

/** The progress of a seed. */
export interface Progress {
  /** How many existing entries of any course have been read. */
  read: number
  /** When all of them had been read. */
  readAt: number | null
  published: number
  /** How many courses of the seed were already public. */
  foundPublic: number
}

/**
 * Makes the first `total` imagined courses public the normal way: with an event of CourseFactory and an editor's call. You may interrupt and
 * repeat it at any time; existing courses are not created twice. It does not touch entries that somebody has edited or unpublished, and
 * returns how many courses stay private for that reason.
 */
export async function seedCatalogue(
  { kafkaClient, distributionService, editor }: SeededProduct,
  total: number,
  progress: Progress,
  { chunk = CHUNK, now = () => performance.now() } = {},
): Promise<{ kept: number }> {
  const census = createCensus(total)
  const entries = findUnpublished()
  await Promise.all(Array.from({ length: PUBLISHERS }, publishAll))
  return { kept: census.countKept() }

  function call<Answer>(path: string, options: Parameters<Editor['call']>[1] = {}): Promise<Answer> {
    const url = `${distributionService}/api/distributions${path}`
    return withPatience(() => editor.call<Answer>(url, options))
  }

  async function publishAll(): Promise<void> {
    for await (const { id } of entries) {
      await call(`/${id}/publish`, { body: {} })
      progress.published += 1
    }
  }

  /** Yields entries that an earlier seed has left, then sends missing courses and yields their entries. */
  async function* findUnpublished(): AsyncGenerator<Entry> {
    let since = 0
    let newest = 0
    let lateness = LATENESS_MS.least
    let movedAt = now()
    let isLastLook = false
    for (;;) {
      const metBefore = census.countMet()
      for await (const entry of readNewest(since)) {
        newest = Math.max(newest, Date.parse(entry.createdAt))
        const isToPublish = census.meet(entry)
        progress.foundPublic = census.countPublic()
        if (isToPublish) yield entry
        // While the entries of one chunk are published, those of the next are created.
        if (progress.readAt !== null) await sendMissing()
      }
      progress.readAt ??= performance.now()

      if (census.countMet() > metBefore || (await sendMissing())) {
        movedAt = now()
        lateness = LATENESS_MS.least
        isLastLook = false
      } else if (census.countWaiting() === 0) {
        return
      } else if (isLastLook) {
        throw new Error(
          `distribution-service has made none of ${census.countWaiting()} courses for ${STANDSTILL_MS / 1_000} s: see npm run dlq -- list, and its log`,
        )
      } else {
        // The clock of the service may be wrong, so everything is read once more before giving up.
        isLastLook = now() - movedAt > STANDSTILL_MS
        lateness = Math.min(lateness * 2, LATENESS_MS.most)
        await sleep(POLL_MS)
      }
      since = isLastLook ? 0 : newest - lateness
    }
  }

  /** Reads the entries created since a moment of the service's clock, the newest first. */
  async function* readNewest(since: number): AsyncGenerator<Entry> {
    let cursor: string | null = null
    do {
      const from: string = cursor === null ? '' : `&cursor=${cursor}`
      const page = await call<{ items: Entry[]; nextCursor: string | null }>(`?limit=100${from}`)
      if (progress.readAt === null) progress.read += page.items.length
      for (const entry of page.items) {
        if (Date.parse(entry.createdAt) < since) return
        yield entry
      }
      cursor = page.nextCursor
    } while (cursor !== null)
  }

  /** Returns whether there was something to send. */
  async function sendMissing(): Promise<boolean> {
    if (census.countWaiting() >= chunk / 2) return false
    const records = census.takeMissing(chunk).map(buildGeneration)
    if (records.length > 0) await withPatience(() => publishRecords(kafkaClient, records))
    return records.length > 0
  }
}
