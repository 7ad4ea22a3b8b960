import { randomUUID } from 'node:crypto'
import { appendToOutbox } from '@coursewire/messaging'
import { AppError, type Database, type Logger, type Moment } from '@coursewire/service-kit'
import { tellEnrollmentClicked, tellViewed } from '../distributions/events.ts'
import { startTicking } from '../ticker.ts'
import { addClicks, addViews, type Click, isAnyViewed, takeViewed, type Views } from './repository.ts'

const FLUSH_EVERY_MS = 1_000
/** Of different entries and categories; what comes beyond is not counted, as somebody makes slugs up. */
const MAX_COUNTERS = 10_000
const MAX_WAITING = 2_000

/**
 * Counts without knowing whom. Views are added up in memory and written once a second: a crash loses that second. Each click
 * is written before it is answered; those that come while others are being written share the next commit.
 */
export function createCountService(ctx: {
  db: Database
  logger: Logger
  now: () => Moment
  relay: { wake(): void }
  windowSeconds: number
}) {
  const { db, logger, now, relay, windowSeconds } = ctx
  let counters = new Map<string, Views>()
  let waiting: Click[] = []
  let nextCommit: Promise<void> | null = null
  let lastCommit: Promise<unknown> = Promise.resolve()

  function view(seen: Omit<Views, 'count'>, count = 1): void {
    const key = JSON.stringify([seen.tenantId, seen.slug, seen.referrerCategory])
    const counter = counters.get(key)
    if (counter) counter.count += count
    else if (counters.size < MAX_COUNTERS) counters.set(key, { ...seen, count })
  }

  /** Writes what was added up, and tells of what is due. What could not be written is kept for the next time. */
  async function flush(): Promise<void> {
    const views = [...counters.values()]
    counters = new Map()
    try {
      if (views.length > 0) await db.transaction((tx) => addViews(tx, views))
    } catch (err) {
      logger.warn({ err }, 'Views cannot be written now')
      for (const { count, ...seen } of views) view(seen, count)
      return
    }
    await tellOfViews().catch((err: unknown) => logger.warn({ err }, 'Views cannot be told of now'))
  }

  async function tellOfViews(): Promise<void> {
    if (!(await isAnyViewed(db, now(), windowSeconds))) return
    await db.transaction(async (tx) => {
      const at = now()
      const viewed = await takeViewed(tx, at, windowSeconds)
      await appendToOutbox(
        tx,
        viewed.map((it) =>
          tellViewed(it, at, { tenantId: it.tenantId, correlationId: randomUUID(), causationId: null }),
        ),
      )
    })
    relay.wake()
  }

  /** Resolves when the click is on disk. */
  function click(pressed: Click): Promise<void> {
    if (waiting.length >= MAX_WAITING) throw new AppError('unavailable', 'clicks.busy', 'Too many clicks wait')
    waiting.push(pressed)
    nextCommit ??= lastCommit.then(() => {
      const clicks = waiting
      waiting = []
      nextCommit = null
      const commit = writeClicks(clicks)
      lastCommit = commit.catch(() => undefined)
      return commit
    })
    return nextCommit
  }

  async function writeClicks(clicks: Click[]): Promise<void> {
    await db.transaction(async (tx) => {
      const clicked = await addClicks(tx, clicks)
      const rows = clicked.map((it) => {
        const cause = { tenantId: it.tenantId, correlationId: randomUUID(), causationId: null }
        return tellEnrollmentClicked(it, now(), cause)
      })
      await appendToOutbox(tx, rows)
    })
    relay.wake()
  }

  const ticking = startTicking(FLUSH_EVERY_MS, flush)
  return {
    view,
    click,
    /** Writes what is left. */
    async close(): Promise<void> {
      await ticking.close()
      await flush()
    },
  }
}
