import type { CatalogueEntry } from '@coursewire/api-client/distribution-service'
import type { Enrollment } from '@coursewire/api-client/enrollment-api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { catalogue, dataOf, enrollment } from './api.ts'
import { useLanguage } from './words.tsx'

/** Courses that one call asks for by their ids. */
const CHUNK = 50
/** Beyond this the percent that the API keeps cannot tell neighbouring lessons apart. */
const MOST_LESSONS = 100

/** A course of the learner. Without `entry` it is not public any more, or not known yet. */
export interface MyCourse extends Enrollment {
  entry: CatalogueEntry | undefined
  /** Progress is counted in these; null means percent. */
  lessons: { done: number; total: number } | null
}

export const enrollmentsQuery = queryOptions({
  queryKey: ['enrollments'],
  queryFn: async () => {
    const found: Enrollment[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { limit: 100, ...(cursor && { cursor }) }
      const page = await dataOf(enrollment.GET('/api/enrollments', { params: { query } }))
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  },
})

/** Null if the learner is not enrolled. A list is asked, because browsers report each 404 in the console. */
export const enrollmentQuery = (courseId: string) =>
  queryOptions({
    queryKey: ['enrollments', courseId],
    queryFn: async () => {
      const page = await dataOf(enrollment.GET('/api/enrollments', { params: { query: { courseId } } }))
      return page.items[0] ?? null
    },
  })

/** The catalogue's entries of courses: one for each that is public, in the reader's language if there is one. */
export const entriesQuery = (courseIds: string[], language: string) =>
  queryOptions({
    queryKey: ['entries', language, courseIds],
    queryFn: async () => {
      const chunks = Array.from({ length: Math.ceil(courseIds.length / CHUNK) }, (_, at) =>
        courseIds.slice(at * CHUNK, (at + 1) * CHUNK),
      )
      const found = await Promise.all(chunks.map((chunk) => findEntries(chunk, language)))
      return new Map(found.flat())
    },
    staleTime: 300_000,
  })

async function findEntries(courseIds: string[], language: string): Promise<[string, CatalogueEntry][]> {
  const found = new Map<string, CatalogueEntry>()
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { courseId: courseIds.join(','), limit: 100, ...(cursor && { cursor }) }
    const page = await dataOf(catalogue.GET('/api/courses', { params: { query } }))
    for (const entry of page.items) {
      const other = found.get(entry.courseId)
      if (!other || (entry.language.startsWith(language) && !other.language.startsWith(language)))
        found.set(entry.courseId, entry)
    }
    cursor = page.nextCursor
  }
  return [...found]
}

/** Adds what the catalogue knows to enrolments. */
export function useNamed(enrollments: Enrollment[] | undefined) {
  const { language } = useLanguage()
  const courseIds = [...new Set(enrollments?.map(({ courseId }) => courseId))].sort()
  const { data, error, refetch } = useQuery({ ...entriesQuery(courseIds, language), enabled: courseIds.length > 0 })
  const isReady = enrollments !== undefined && (courseIds.length === 0 || data !== undefined || error !== null)
  return {
    courses: isReady ? enrollments.map((each): MyCourse => withEntry(each, data?.get(each.courseId))) : undefined,
    error,
    refetch,
  }
}

function withEntry(each: Enrollment, entry: CatalogueEntry | undefined): MyCourse {
  const total = entry?.totalLessons ?? 0
  const isCountable = total > 0 && total <= MOST_LESSONS
  return { ...each, entry, lessons: isCountable ? { done: Math.round((each.progress / 100) * total), total } : null }
}

/** The percent that stands for so many lessons. */
export const toPercent = (done: number, total: number): number => Math.round((done / total) * 100)
