import { createHash } from 'node:crypto'
import { createBatcher, type Database } from '@coursewire/service-kit'
import { LRUCache } from 'lru-cache'
import { findListed } from '../catalogue/repository.ts'
import { likelihoodRatio } from './likelihood.ts'
import { type Course, findCompanions, listPopular, listTrending } from './repository.ts'

/** Rankings are kept so long. They change slowly, and are read from many rows. */
const RANKED_MS = 60_000
/** A course that is taken back is recommended for less than a second, including the time to answer. */
const LISTED_MS = 900
const MAX_RANKED = 10_000
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
/** More than are shown, because the learner has some of them, or they become private. */
const MAX_CHOSEN = 50
const MAX_COMPANIONS = 24

const limits = { concurrent: 2, maxBatch: 200, maxWaiting: 2_000, busyCode: 'recommendations.busy' }

/** JSON as it is sent. */
export interface Document {
  etag: string
  body: Buffer
}

/** Recommends courses that the public finds, out of memory where it can. Callers who ask for the same share one computation. */
export function createRecommendations(db: Database) {
  const companions = createBatcher((courses: Course[]) => findCompanions(db, courses), limits)
  const listed = createBatcher(async (asked: Course[][]) => {
    const found = new Set((await findListed(db, asked.flat())).map(toKey))
    return asked.map(
      (courses) => new Set(courses.filter((course) => found.has(toKey(course))).map(({ courseId }) => courseId)),
    )
  }, limits)
  const rankings = {
    popular: ({ tenantId }: Course) => listPopular(db, { tenantId, limit: MAX_CHOSEN }),
    trending: ({ tenantId }: Course) => listTrending(db, { tenantId, limit: MAX_CHOSEN }),
    course: rankCompanions,
  }
  const ranked = new LRUCache<string, string[]>({
    max: MAX_RANKED,
    ttl: RANKED_MS,
    ignoreFetchAbort: true,
    fetchMethod: (key) => {
      const [tenantId, kind, courseId] = JSON.parse(key) as ['', keyof typeof rankings, string]
      return rankings[kind]({ tenantId, courseId })
    },
  })
  const documents = new LRUCache<string, Document>({
    maxSize: MAX_DOCUMENT_BYTES,
    sizeCalculation: ({ body }, key) => body.length + 2 * key.length + 500,
    ttl: LISTED_MS,
    ignoreFetchAbort: true,
    async fetchMethod(key, _stale, { options }) {
      const since = performance.now()
      const [tenantId, ...courseIds] = JSON.parse(key) as [string, ...string[]]
      const value = courseIds.length > 0 ? await showCompanions(tenantId, courseIds) : await showChosen(tenantId)
      // The time counts from before the read.
      options.ttl = Math.max(1, since + LISTED_MS - performance.now())
      return toDocument(value)
    },
  })

  async function rankCompanions(course: Course): Promise<string[]> {
    return (await companions(course))
      .map(({ courseId, ...shared }) => ({ courseId, ratio: likelihoodRatio(shared) }))
      .filter(({ ratio }) => ratio > 0)
      .sort((one, other) => other.ratio - one.ratio || (one.courseId < other.courseId ? -1 : 1))
      .slice(0, MAX_COMPANIONS)
      .map(({ courseId }) => courseId)
  }

  const rank = async (tenantId: string, ...key: string[]) =>
    (await ranked.fetch(JSON.stringify([tenantId, ...key]))) ?? []

  async function showChosen(tenantId: string) {
    const [popular, trending] = await Promise.all([rank(tenantId, 'popular'), rank(tenantId, 'trending')])
    const isListed = await findIn(tenantId, [...popular, ...trending])
    return { popular: popular.filter(isListed), trending: trending.filter(isListed) }
  }

  async function showCompanions(tenantId: string, courseIds: string[]) {
    const all = await Promise.all(courseIds.map((courseId) => rank(tenantId, 'course', courseId)))
    const isListed = await findIn(tenantId, [...courseIds, ...all.flat()])
    const items = courseIds.map((courseId, index) => ({
      courseId,
      alsoChosen: isListed(courseId) ? (all[index] ?? []).filter(isListed) : [],
    }))
    return { items }
  }

  async function findIn(tenantId: string, courseIds: string[]) {
    const found = await listed([...new Set(courseIds)].map((courseId) => ({ tenantId, courseId })))
    return (courseId: string) => found.has(courseId)
  }

  return {
    /** Shows which courses most learners have, and which are chosen most now; or, of courses, what their learners also chose. */
    async show(tenantId: string, courseIds: string[] = []): Promise<Document> {
      const key = JSON.stringify([tenantId, ...courseIds])
      return documents.get(key) ?? ((await documents.fetch(key)) as Document)
    },
  }
}

export type Recommendations = ReturnType<typeof createRecommendations>

const toKey = ({ tenantId, courseId }: Course) => JSON.stringify([tenantId, courseId])

/** As bytes: a string would go through the serialiser of the route once more. */
function toDocument(value: object): Document {
  const body = Buffer.from(JSON.stringify(value))
  return { etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`, body }
}
