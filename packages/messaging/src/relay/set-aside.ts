import { createOutageLog, type Logger, type OutageLog } from '@coursewire/service-kit'
import { backoffMs } from '../backoff.ts'

/** If so many rows are refused one by one and none is accepted, the topic is at fault. */
export const MANY_REFUSED = 10

const lines = { failing: 'Topic set aside', works: 'Topic taken back', level: 'error' } as const

/** Tracks the topics of a channel that are left out for a while, longer each time they are refused. */
export function createSetAside(logger: Logger) {
  const topics = new Map<string, { attempts: number; until: number; log: OutageLog }>()
  return {
    put(topic: string, error: unknown): void {
      const { attempts, log } = topics.get(topic) ?? { attempts: 0, log: createOutageLog(logger, lines) }
      topics.set(topic, { attempts: attempts + 1, until: performance.now() + backoffMs(attempts, 100, 5_000), log })
      log.failed(error, { topic, reason: error instanceof Error ? error.message : String(error) })
    },
    release(topic: string): void {
      topics.get(topic)?.log.worked()
      topics.delete(topic)
    },
    list(): string[] {
      const now = performance.now()
      return [...topics].filter(([, { until }]) => until > now).map(([topic]) => topic)
    },
  }
}
