import { AppError, type Database, type ServiceClient } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { readKnowledge, saveAnswer } from './repository.ts'

const UNKNOWN_FOR_MS = 10_000
const MAX_UNKNOWN = 10_000

const courseAnswer = z.object({ public: z.boolean() })

/** Knows which courses are open for enrolment. Asks distribution-service about courses that no event has mentioned. */
export function createCourseService(options: { db: Database; client: ServiceClient; distributionServiceUrl: string }) {
  const { db, client } = options
  const coursesUrl = `${options.distributionServiceUrl}/internal/courses`
  const deciding = new Map<string, Promise<boolean>>()
  // In memory and bounded, because anybody can invent ids.
  const unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN, ttl: UNKNOWN_FOR_MS })

  /** Asks distribution-service about a course. Returns null if there is none. */
  async function ask(tenantId: string, courseId: string, askedAt: string, requestId: string) {
    const url = `${coursesUrl}/${encodeURIComponent(courseId)}`
    const course = await client.get(url, tenantId, courseAnswer, { requestId }).catch(toAbsentIfGone)
    if (course) await saveAnswer(db, { tenantId, courseId, isPublic: course.public, askedAt })
    else unknown.set(toKey(tenantId, courseId), true)
    return course
  }

  async function decide(tenantId: string, courseId: string, requestId: string): Promise<boolean> {
    const { isOpen, isKnown, at } = await readKnowledge(db, tenantId, courseId)
    if (isKnown) return isOpen
    if (unknown.has(toKey(tenantId, courseId))) return false
    return (await ask(tenantId, courseId, at, requestId))?.public ?? false
  }

  return {
    /**
     * Decides whether a course that was just refused is open after all. Concurrent callers share one decision, including the
     * reading of what is known; otherwise a reading from before the answer could cause another question after it.
     */
    reconsider(tenantId: string, courseId: string, requestId: string): Promise<boolean> {
      const key = toKey(tenantId, courseId)
      const decision = deciding.get(key) ?? decide(tenantId, courseId, requestId).finally(() => deciding.delete(key))
      deciding.set(key, decision)
      return decision
    },

    /** Whether there is such a course, open or not. Asks about each that is not open, because events do not tell a private from a deleted one. */
    async exists(tenantId: string, courseId: string, requestId: string): Promise<boolean> {
      const { isOpen, at } = await readKnowledge(db, tenantId, courseId)
      return isOpen || (await ask(tenantId, courseId, at, requestId)) !== null
    },
  }
}

export type CourseService = ReturnType<typeof createCourseService>

/** A course without distributions may get one again. */
function toAbsentIfGone(error: unknown): null {
  if (error instanceof AppError && error.kind === 'gone') return null
  throw error
}

const toKey = (tenantId: string, courseId: string) => `${tenantId}/${courseId}`
