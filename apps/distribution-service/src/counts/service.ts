import { randomUUID } from 'node:crypto'
import { appendToOutbox } from '@coursewire/messaging'
import {
  createBatcher,
  createOutageLog,
  type Database,
  type Logger,
  type Moment,
  startTicking,
} from '@coursewire/service-kit'
import { buildEnrollmentClicked, buildViewed } from '../entries/events.ts'
import {
  addClicks,
  addViews,
  type Batch,
  type Click,
  forgetWriter,
  isAnyViewed,
  takeViewed,
  type Views,
} from './repository.ts'

const FLUSH_EVERY_MS = 1_000
/** How many entries and categories are counted at a time. If there are more, somebody is making slugs up. */
const MAX_COUNTERS = 10_000
const MAX_WAITING_CLICKS = 2_000

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
  const writer = randomUUID()
  const writing = createOutageLog(logger, { failing: 'Views cannot be written now', works: 'Views are written again' })
  const telling = createOutageLog(logger, {
    failing: 'Events about views cannot be written now',
    works: 'Events about views are written again',
  })
  let counters = new Map<string, Views>()
  let batches = 0
  /** The batch that is being written, until it is known to be written. Its COMMIT may have succeeded without an answer. */
  let unwritten: Batch | null = null

  function view(seen: Omit<Views, 'count'>): void {
    // The text that a client chose comes last, so that it cannot make the key of another counter.
    const key = `${seen.tenantId} ${seen.referrerCategory} ${seen.ctaType} ${seen.slug}`
    const counter = counters.get(key)
    if (counter) counter.count += 1
    else if (counters.size < MAX_COUNTERS) counters.set(key, { ...seen, count: 1 })
  }

  /** Writes the batch, and the events that are due. A batch that could not be written is written again unchanged. */
  async function flush(): Promise<void> {
    try {
      if (unwritten) await write(unwritten)
      const batch = takeBatch()
      if (batch) await write(batch)
      writing.worked()
    } catch (error) {
      writing.failed(error)
      return
    }
    await tellOfViews().then(telling.worked, telling.failed)
  }

  function takeBatch(): Batch | null {
    if (counters.size === 0) return null
    const views = [...counters.values()]
    counters = new Map()
    batches += 1
    return { writer, number: batches, views }
  }

  async function write(batch: Batch): Promise<void> {
    unwritten = batch
    await db.transaction((tx) => addViews(tx, batch))
    unwritten = null
  }

  async function tellOfViews(): Promise<void> {
    if (!(await isAnyViewed(db, windowSeconds))) return
    await db.transaction(async (tx) => {
      const at = now()
      const viewed = await takeViewed(tx, windowSeconds)
      await appendToOutbox(
        tx,
        viewed.map((view) =>
          buildViewed(view, at, { tenantId: view.tenantId, correlationId: randomUUID(), causationId: null }),
        ),
      )
    })
    relay.wake()
  }

  /** Resolves when the click is on disk. Events have ascending totals, so one commit follows the other. */
  const click = createBatcher(writeClicks, {
    concurrent: 1,
    maxBatch: MAX_WAITING_CLICKS,
    maxWaiting: MAX_WAITING_CLICKS,
    busyCode: 'clicks.busy',
  })

  async function writeClicks(clicks: Click[]): Promise<void[]> {
    await db.transaction(async (tx) => {
      const clicked = await addClicks(tx, clicks)
      const rows = clicked.map((click) => {
        const cause = { tenantId: click.tenantId, correlationId: randomUUID(), causationId: null }
        return buildEnrollmentClicked(click, now(), cause)
      })
      await appendToOutbox(tx, rows)
    })
    relay.wake()
    return clicks.map(() => undefined)
  }

  const ticking = startTicking(FLUSH_EVERY_MS, flush)
  return {
    view,
    click,
    /** Writes what is left. */
    async close(): Promise<void> {
      await ticking.close()
      await flush()
      if (batches > 0 && !unwritten) await forgetWriter(db, writer).catch(() => undefined)
    },
  }
}

export type CountService = ReturnType<typeof createCountService>
