import { canonicalizeLanguage, languageTag } from '@coursewire/events'
import { AppError, type HttpApp, namesEntity } from '@coursewire/service-kit'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { z } from 'zod'
import { limit, pageOf } from '../paging.ts'
import { type Catalogue, type Document, toDocument } from './catalogue.ts'
import type { Place } from './repository.ts'
import { courseResponse, entryResponse, showEntry } from './responses.ts'
import { ignoreTracking } from './tracking.ts'

const config = { access: 'public', isQuiet: true } as const
const tags = ['Courses']
const unchanged = z.undefined().describe('Not changed')

const cursorShape = /^(\d{1,3})\.([0-2])\.(dist_[0-9a-f-]{36})$/
const toCursor = ({ language, tier, id }: Place) => `${language}.${tier}.${id}`

function readCursor(cursor: string): Place {
  const [, language, tier, id = ''] = cursorShape.exec(cursor) ?? []
  return { language: Number(language), tier: Number(tier), id }
}

/** A cache must ask again for every answer, whatever its status, so that none shows an unpublished entry. */
const onRequest: onRequestHookHandler = (_request, reply, done) => {
  void reply.header('cache-control', 'no-cache')
  done()
}

function send(request: FastifyRequest, reply: FastifyReply, { etag, body, languages }: Document) {
  void reply.header('etag', etag)
  const tags = languages.filter((language) => canonicalizeLanguage(language) !== null)
  if (tags.length > 0) void reply.header('content-language', tags.join(', '))
  const known = request.headers['if-none-match']
  if (known !== undefined && namesEntity(known, etag, 'weakly')) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(body)
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
      onRequest,
      preValidation: ignoreTracking,
      schema: {
        tags,
        operationId: 'listCourses',
        summary: 'List the public courses of the tenant: the best matches first, then the newest',
        answerHeaders: { 200: ['ETag'], 304: ['ETag'] },
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
          cursor: z.string().regex(cursorShape).optional(),
          limit,
        }),
        response: { 200: pageOf(entryResponse), 304: unchanged },
      },
    },
    async (request, reply) => {
      const { tenantId, query } = request
      const { language, targetGroup, q: text, cursor } = query
      const acceptLanguage = request.headers['accept-language']
      const after = cursor === undefined ? undefined : readCursor(cursor)
      const { entries, next } = await catalogue.list(
        { tenantId, language, acceptLanguage, targetGroup, text: text?.trim() || undefined },
        { after, limit: query.limit },
        normalizeIP(request.ip),
      )
      const items = entries.map((entry) => showEntry(entry, baseUrl))
      const languages = items.map((item) => item.language)
      void reply.header('vary', 'accept-language')
      return send(request, reply, toDocument({ items, nextCursor: next && toCursor(next) }, languages))
    },
  )

  app.get(
    '/api/courses/:slug',
    {
      config,
      onRequest,
      schema: {
        tags,
        operationId: 'getCourse',
        summary: 'Get a public course',
        refusals: { 404: 'course.not-found', 410: 'course.gone' },
        answerHeaders: { 200: ['ETag'], 301: ['Location'], 304: ['ETag'] },
        params: z.strictObject({ slug: z.string().min(1).max(128) }),
        response: {
          200: courseResponse,
          301: z.undefined().describe('The course has another slug now'),
          304: unchanged,
        },
      },
    },
    async (request, reply) => {
      const page = await catalogue.findPage(request.tenantId, request.params.slug)
      if ('document' in page) return send(request, reply, page.document)
      if ('movedTo' in page) return reply.redirect(`/api/courses/${page.movedTo}`, 301)
      if (page.missing === 'gone') throw new AppError('gone', 'course.gone', 'The course is not offered any more')
      throw new AppError('not-found', 'course.not-found', 'Course not found')
    },
  )
}
