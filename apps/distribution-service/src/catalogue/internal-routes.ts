import { distributionCreated } from '@coursewire/events'
import { readWaitingSeconds } from '@coursewire/messaging'
import { type Database, type HttpApp, readMoment } from '@coursewire/service-kit'
import { z } from 'zod'
import { readLanguage } from '../db/language.ts'
import { exampleMoment } from '../examples.ts'
import { distributionId, pageOf, toPage } from '../paging.ts'
import { forbidStale, pageSchema, sendDocument, sendPage, unchanged } from './answers.ts'
import { tagList } from './cache-tags.ts'
import { type Catalogue, toDocument } from './catalogue.ts'
import { type ListedPage, listPages } from './repository.ts'
import { chooseAlternatives } from './responses.ts'

/** A sitemap has files of this many pages. */
const PAGES_AT_ONCE = 10_000

const config = { access: ['service'] } as const
const tags = ['Internal']

const address = { slug: z.string(), language: z.string() }
const indexedPage = z
  .object({
    ...address,
    updatedAt: z.string(),
    alternatives: z.array(z.object(address)).describe('The course in other languages'),
  })
  .meta({
    id: 'IndexedPage',
    example: {
      slug: 'sourdough-for-beginners',
      language: 'en',
      updatedAt: exampleMoment,
      alternatives: [{ slug: 'sauerteig', language: 'de' }],
    },
  })

const waitingEvents = z
  .object({ seconds: z.number().nullable().describe('The age of the oldest one. Null if none waits') })
  .meta({ id: 'WaitingEvents', example: { seconds: null } })

function showPage(page: ListedPage): z.input<typeof indexedPage> {
  const alternatives = chooseAlternatives(page.language, page.roots).filter(({ isIndexed }) => isIndexed)
  return {
    slug: page.slug,
    language: readLanguage(page.language),
    updatedAt: readMoment(page.updatedAt),
    alternatives: alternatives.map(({ slug, language }) => ({ slug, language: readLanguage(language) })),
  }
}

/** Routes for the service that makes pages of the catalogue. */
export function addPageRoutes(app: HttpApp, { db, catalogue }: { db: Database; catalogue: Catalogue }): void {
  app.get(
    '/internal/pages',
    {
      config,
      onRequest: forbidStale,
      schema: {
        tags,
        operationId: 'listPages',
        answerHeaders: { 200: ['ETag', 'Cache-Tag'], 304: ['ETag', 'Cache-Tag'] },
        summary: `List the pages for search engines, ${PAGES_AT_ONCE} at a time, the oldest first`,
        description:
          'Left out are pages that search engines must not show, that no list shows, and variants whose canonical page is their parent.',
        querystring: z.strictObject({
          after: distributionId.optional().describe('The nextCursor of the pages before'),
        }),
        response: { 200: pageOf(indexedPage), 304: unchanged },
      },
    },
    async (request, reply) => {
      const { tenantId, query } = request
      const found = await listPages(db, tenantId, { after: query.after, limit: PAGES_AT_ONCE + 1 })
      const page = toPage(found, PAGES_AT_ONCE, ({ id }) => id, showPage)
      return sendDocument(request, reply, toDocument(page, { languages: [], cacheTag: tagList(tenantId) }))
    },
  )

  app.get(
    '/internal/pages/:slug',
    {
      config: { ...config, isQuiet: true },
      onRequest: forbidStale,
      schema: {
        ...pageSchema,
        tags,
        operationId: 'readPage',
        summary: 'Get a public course as it is now, never from memory',
      },
    },
    async (request, reply) => {
      const page = await catalogue.readPage(request.tenantId, request.params.slug)
      return sendPage(request, reply, page, '/internal/pages')
    },
  )

  app.get(
    '/internal/waiting-events',
    {
      config: { ...config, isQuiet: true },
      onRequest: forbidStale,
      schema: {
        tags,
        operationId: 'readWaitingEvents',
        summary: 'How long events about distributions, of any tenant, have waited for Kafka',
        description:
          'Every event that is older was sent before the answer. One that Kafka refuses for good does not wait.',
        response: { 200: waitingEvents },
      },
    },
    async () => ({ seconds: await readWaitingSeconds(db, distributionCreated.topic) }),
  )
}
