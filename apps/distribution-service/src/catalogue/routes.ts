import { languageTag } from '@coursewire/events'
import type { HttpApp } from '@coursewire/service-kit'
import { normalizeIP } from '@fastify/rate-limit'
import { z } from 'zod'
import { courseIds, limit, pageOf } from '../paging.ts'
import { forbidStale, pageSchema, sendDocument, sendPage, unchanged } from './answers.ts'
import { tagList } from './cache-tags.ts'
import { type Catalogue, toDocument } from './catalogue.ts'
import type { Place } from './repository.ts'
import { entryResponse, showEntry } from './responses.ts'
import { ignoreTracking } from './tracking.ts'

const config = { access: 'public', isQuiet: true } as const
const tags = ['Courses']

const cursorShape = /^(\d{1,3})\.([0-2])\.(dist_[0-9a-f-]{36})$/
const toCursor = ({ language, tier, id }: Place) => `${language}.${tier}.${id}`

function readCursor(cursor: string): Place {
  const [, language, tier, id = ''] = cursorShape.exec(cursor) ?? []
  return { language: Number(language), tier: Number(tier), id }
}

/** Routes for everybody. They show the public entries of the tenant of the requested host. */
export function addCatalogueRoutes(
  app: HttpApp,
  { catalogue, baseUrl }: { catalogue: Catalogue; baseUrl: string },
): void {
  app.get(
    '/api/courses',
    {
      config,
      onRequest: forbidStale,
      preValidation: ignoreTracking,
      schema: {
        tags,
        operationId: 'listCourses',
        summary: 'List the public courses of the tenant: the best matches first, then the newest',
        answerHeaders: { 200: ['ETag', 'Cache-Tag'], 304: ['ETag', 'Cache-Tag'] },
        querystring: z.strictObject({
          language: languageTag
            .optional()
            .describe(
              'Shows each course in the best language that it has: this one, a more general one (de for de-AT), the same in the same script (de-CH), English. Without this parameter, Accept-Language orders the list',
            ),
          targetGroup: z.string().min(1).max(200).optional(),
          q: z
            .string()
            .max(200)
            .optional()
            .describe(
              'Words of the title, the description or the target group; the last one may be incomplete. Blank finds all. ' +
                'Only the first twelve different words count.',
            ),
          courseId: courseIds.optional(),
          cursor: z.string().regex(cursorShape).optional(),
          limit,
        }),
        response: { 200: pageOf(entryResponse), 304: unchanged },
      },
    },
    async (request, reply) => {
      const { tenantId, query } = request
      const { language, targetGroup, q: text, courseId, cursor } = query
      const acceptLanguage = request.headers['accept-language']
      const after = cursor === undefined ? undefined : readCursor(cursor)
      const { entries, next } = await catalogue.list(
        { tenantId, language, acceptLanguage, targetGroup, text: text?.trim() || undefined, courseIds: courseId },
        { after, limit: query.limit },
        normalizeIP(request.ip),
      )
      const items = entries.map((entry) => showEntry(entry, baseUrl))
      const about = { languages: items.map((item) => item.language), cacheTag: tagList(tenantId, language) }
      const document = toDocument({ items, nextCursor: next && toCursor(next) }, about)
      return sendDocument(request, reply, document, 'accept-language, accept-encoding')
    },
  )

  app.get(
    '/api/courses/:slug',
    {
      config,
      onRequest: forbidStale,
      schema: { ...pageSchema, tags, operationId: 'getCourse', summary: 'Get a public course' },
    },
    async (request, reply) => {
      const page = await catalogue.findPage(request.tenantId, request.params.slug)
      return sendPage(request, reply, page, '/api/courses')
    },
  )
}
