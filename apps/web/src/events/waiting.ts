import { createOutageLog, type Logger, startTicking } from '@coursewire/service-kit'
import type { CatalogueReader } from '../pages/catalogue.ts'

const ASK_MS = 200
/**
 * How long an event may wait for Kafka, counted from before the question. Then a page that was taken back is shown for 950 ms after the commit
 * at most: from Kafka the event arrives within 450 ms, or else that is noticed within another 100 ms (follower.ts).
 */
const MAX_WAITING_MS = 400
/** On a busy machine an answer is late now and then. Pages are checked until the next one, and nobody needs to know. */
const SILENT_MS = 10_000

interface Options {
  catalogue: Pick<CatalogueReader, 'readWaitingSeconds'>
  logger: Logger
  /** Whether the answer matters. */
  isNeeded: () => boolean
  /** Called with the moment until which no event has waited for too long. */
  trustRelay: (until: number) => void
  now?: () => number
}

/** Asks the catalogue again and again, while the answer matters, how long events have waited for Kafka. */
export function watchWaiting(options: Options): { close(): Promise<void> } {
  return startTicking(ASK_MS, createAsk(options))
}

/** Creates one question. What was committed before it, and longer ago than the oldest event has waited, is on Kafka. */
export function createAsk({ catalogue, logger, isNeeded, trustRelay, now = () => performance.now() }: Options) {
  const asks = createOutageLog(logger, {
    failing: 'Unknown how long events wait',
    works: 'Known again how long events wait',
  })
  let answeredAt = now()
  return async (): Promise<void> => {
    const askedAt = now()
    if (!isNeeded()) {
      answeredAt = askedAt
      return
    }
    try {
      const seconds = await catalogue.readWaitingSeconds(MAX_WAITING_MS)
      trustRelay(askedAt - (seconds ?? 0) * 1_000 + MAX_WAITING_MS)
      answeredAt = askedAt
      asks.worked()
    } catch (error) {
      if (askedAt - answeredAt > SILENT_MS) asks.failed(error)
    }
  }
}
