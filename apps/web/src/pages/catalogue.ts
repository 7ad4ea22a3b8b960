import { AppError, createOutageLog, type Logger, type ServiceAnswer, type ServiceClient } from '@coursewire/service-kit'
import { z } from 'zod'
import type { ListQuery } from '../storefront/links.ts'
import { type Course, type CourseList, courseListSchema, courseSchema } from '../storefront/types.ts'
import type { Language } from '../storefront/wording.ts'

const pagesAnswer = z.object({
  items: z.array(
    z.object({
      slug: z.string(),
      language: z.string(),
      updatedAt: z.string(),
      alternatives: z.array(z.object({ slug: z.string(), language: z.string() })),
    }),
  ),
  nextCursor: z.string().nullable(),
})

const waitingAnswer = z.object({ seconds: z.number().nullable() })

export type Found<Document> =
  | { document: Document; etag: string | null; tags: string[] }
  | { movedTo: string; tags: string[] }
  | 'unchanged'
  | 'not-found'
  | 'gone'

/** For whom the catalogue is read, and which version of the answer is known. */
interface Asked {
  tenantId: string
  etag: string | null
}

/** Courses that one page of a list holds. */
const MAX_LISTED = 100
/** A page waits so long for what it can do without. */
const EXTRA_MS = 300

/** Reads the catalogue of a tenant. Whatever is no answer to the question is an outage. */
export function createCatalogueReader(options: {
  services: ServiceClient
  url: string
  defaultTenant: string
  logger: Logger
}) {
  const { services, url, defaultTenant, logger } = options
  const reading = createOutageLog(logger, {
    failing: 'The catalogue cannot be read',
    works: 'The catalogue can be read again',
  })

  async function ask<Document>(
    address: string,
    schema: { parse: (value: unknown) => Document },
    { tenantId, etag, ip, timeoutMs }: Asked & { ip?: string; timeoutMs?: number },
  ): Promise<Found<Document>> {
    const headers = { ...(etag !== null && { 'if-none-match': etag }), ...(ip && { 'x-forwarded-for': ip }) }
    try {
      const sent = { headers, ...(timeoutMs !== undefined && { timeoutMs }) }
      const found = read(await services.send(url + address, tenantId, sent), schema)
      reading.worked()
      return found
    } catch (error) {
      reading.failed(error)
      if (error instanceof AppError && error.kind === 'unavailable') throw error
      throw new AppError('unavailable', 'catalogue.unreadable', 'The catalogue cannot be read', {}, { cause: error })
    }
  }

  return {
    /** Lists what search engines may know, ten thousand pages at a time. */
    async listPages(tenantId: string, after: string | undefined): Promise<z.output<typeof pagesAnswer>> {
      const address = after === undefined ? '/internal/pages' : `/internal/pages?after=${encodeURIComponent(after)}`
      const found = await ask(address, pagesAnswer, { tenantId, etag: null })
      if (typeof found === 'object' && 'document' in found) return found.document
      throw new AppError('unavailable', 'catalogue.unreadable', 'The catalogue cannot be read')
    },
    /** How long the oldest event that is not on Kafka yet has waited. Null if none waits. */
    async readWaitingSeconds(timeoutMs: number): Promise<number | null> {
      const { body } = await services.send(`${url}/internal/waiting-events`, defaultTenant, { timeoutMs })
      return waitingAnswer.parse(JSON.parse(body)).seconds
    },
    findCourse: (slug: string, tenantId: string, etag: string | null): Promise<Found<Course>> =>
      ask(`/internal/pages/${encodeURIComponent(slug)}`, courseSchema, { tenantId, etag }),
    /** For a visitor at this address: whoever asks for much delays only themselves. */
    list: (
      language: Language,
      query: ListQuery & { limit: number },
      asked: Asked & { ip: string },
    ): Promise<Found<CourseList>> => {
      const given = Object.entries({ language, ...query }).filter(([, value]) => value !== undefined)
      return ask(`/api/courses?${new URLSearchParams(given as [string, string][]).toString()}`, courseListSchema, asked)
    },
    /** Those of the courses that are public and listed, in a language or the best one beside it. Waits for less time than other calls. */
    listCourses(courseIds: string[], language: string, asked: Asked & { ip: string }): Promise<Found<CourseList>> {
      const query = new URLSearchParams({ courseId: courseIds.join(), language, limit: String(MAX_LISTED) })
      return ask(`/api/courses?${query.toString()}`, courseListSchema, { ...asked, timeoutMs: EXTRA_MS })
    },
  }
}

export type CatalogueReader = ReturnType<typeof createCatalogueReader>

function read<Document>(
  { status, headers, body }: ServiceAnswer,
  schema: { parse: (value: unknown) => Document },
): Found<Document> {
  const tags = String(headers['cache-tag'] ?? '')
    .split(',')
    .filter((tag) => tag !== '')
  if (status === 200) return { document: schema.parse(JSON.parse(body)), etag: headers.etag ?? null, tags }
  if (status === 304) return 'unchanged'
  // What can never be the name of a course is refused with a 400.
  if (status === 404 || status === 400) return 'not-found'
  if (status === 410) return 'gone'
  const slug = headers.location?.split('/').at(-1)
  if (status === 301 && slug) return { movedTo: decodeURIComponent(slug), tags }
  throw new Error(`The catalogue answers with ${status}`)
}
