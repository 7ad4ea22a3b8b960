import { createBatcher, createOutageLog, type Logger, type ServiceClient } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'

/** The choices of learners change slowly. */
const KEPT_MS = 60_000
const MAX_KEPT = 20_000
/** A page waits so long, and then goes without. */
const TIMEOUT_MS = 300
/** Nobody asks for so long after a failure, so that not every page waits. */
const PAUSE_MS = 5_000
/** As many as insights answers at once. */
const MAX_BATCH = 20

const answer = z.object({ items: z.array(z.object({ courseId: z.string(), alsoChosen: z.array(z.string()) })) })

interface Course {
  tenantId: string
  courseId: string
}

/** Tells what learners of a course also chose. Never fails: while insights does not answer, that is what was known before, or nothing. */
export function createRecommendationReader(options: { services: ServiceClient; url: string; logger: Logger }) {
  const { services, url, logger } = options
  const reading = createOutageLog(logger, {
    failing: 'Recommendations cannot be read',
    works: 'Recommendations can be read again',
  })
  let pausedUntil = -Infinity

  const ask = createBatcher(
    async (courses: Course[]) => {
      const byTenant = new Map<string, string[]>()
      for (const { tenantId, courseId } of courses) {
        byTenant.set(tenantId, [...(byTenant.get(tenantId) ?? []), courseId])
      }
      const found = new Map(
        await Promise.all(
          [...byTenant].map(async ([tenantId, ids]) => [tenantId, await askFor(tenantId, ids)] as const),
        ),
      )
      return courses.map(({ tenantId, courseId }) => found.get(tenantId)?.get(courseId) ?? [])
    },
    { concurrent: 2, maxBatch: MAX_BATCH, maxWaiting: 1_000, busyCode: 'recommendations.busy' },
  )

  async function askFor(tenantId: string, courseIds: string[]): Promise<Map<string, string[]>> {
    const address = `${url}/api/recommendations/courses?courseId=${encodeURIComponent(courseIds.join())}`
    const { status, body } = await services.send(address, tenantId, { timeoutMs: TIMEOUT_MS })
    if (status !== 200) throw new Error(`insights answers with ${status}`)
    return new Map(answer.parse(JSON.parse(body)).items.map(({ courseId, alsoChosen }) => [courseId, alsoChosen]))
  }

  const kept = new LRUCache<string, string[]>({
    max: MAX_KEPT,
    ttl: KEPT_MS,
    ignoreFetchAbort: true,
    async fetchMethod(key, known, { options }) {
      const [tenantId, courseId] = JSON.parse(key) as [string, string]
      if (performance.now() >= pausedUntil) {
        try {
          const found = await ask({ tenantId, courseId })
          reading.worked()
          return found
        } catch (error) {
          reading.failed(error)
          pausedUntil = performance.now() + PAUSE_MS
        }
      }
      options.ttl = PAUSE_MS
      return known ?? []
    },
  })

  return async ({ tenantId, courseId }: Course): Promise<string[]> =>
    // An id with a comma is two for insights.
    courseId.includes(',') ? [] : ((await kept.fetch(JSON.stringify([tenantId, courseId]))) ?? [])
}

export type RecommendationReader = ReturnType<typeof createRecommendationReader>
