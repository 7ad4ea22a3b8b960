import { createHash } from 'node:crypto'
import { AppError, type Database, type HttpApp, namesEntity, readMoment } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Changelog, writeAtom } from './atom.ts'
import { findPage, listChanges } from './repository.ts'

/** As many as people read. */
const MAX_ITEMS = 20

const changelog = z
  .object({
    slug: z.string(),
    title: z.string().nullable(),
    items: z.array(z.object({ version: z.string(), at: z.string(), changelog: z.string() })),
  })
  .meta({
    id: 'Changelog',
    example: {
      slug: 'sourdough',
      title: 'Sourdough',
      items: [{ version: 'v2', at: '2026-12-01T08:00:00.000000Z', changelog: 'A new lesson about rye.' }],
    },
  })

const feed = z
  .string()
  .describe('An Atom feed (RFC 4287)')
  .meta({ id: 'ChangelogFeed', example: '<feed xmlns="http://www.w3.org/2005/Atom"></feed>' })

type Found = Changelog & { distributionId: string; publicSince: string }

const params = z.strictObject({ slug: z.string().min(1).max(128) })
const responses = {
  301: z.undefined().describe('The course has another slug now'),
  304: z.undefined().describe('Not changed'),
}
const common = {
  tags: ['Changelogs'],
  params,
  answerHeaders: { 200: ['ETag'], 301: ['Location'], 304: ['ETag'] },
  refusals: { 404: 'course.not-found' },
} as const
const config = { access: 'public', isQuiet: true } as const

/** Adds the changelogs of public courses. Nothing is kept in memory, and caches must ask again, so none shows a course that is private now. */
export function addChangelogRoutes(app: HttpApp, { db, webUrl }: { db: Database; webUrl: string }): void {
  /** Answers with what `write` makes of the changelog. `path` is where another slug has it. */
  async function answer(
    request: FastifyRequest<{ Params: z.output<typeof params> }>,
    reply: FastifyReply,
    { type, path, write }: { type: string; path: (slug: string) => string; write: (found: Found) => string },
  ) {
    void reply.header('cache-control', 'no-cache')
    const { tenantId } = request
    const page = await findPage(db, tenantId, request.params.slug)
    if (!page) throw new AppError('not-found', 'course.not-found', 'Course not found')
    const { slug, title, distributionId } = page
    const publicSince = readMoment(page.publicSince)
    if (slug !== request.params.slug) return reply.redirect(path(encodeURIComponent(slug)), 301)

    const items = await listChanges(db, tenantId, distributionId, MAX_ITEMS)
    const body = Buffer.from(write({ slug, title, items, distributionId, publicSince }))
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
    void reply.header('etag', etag)
    const known = request.headers['if-none-match']
    if (known !== undefined && namesEntity(known, etag, 'weakly')) return reply.code(304).send()
    return reply.type(`${type}; charset=utf-8`).send(body)
  }

  app.get(
    '/api/changelogs/:slug',
    {
      schema: {
        operationId: 'getChangelog',
        summary: `What is new in a public course: its ${MAX_ITEMS} latest versions, the newest first`,
        ...common,
        response: { 200: changelog, ...responses },
      },
      config,
    },
    (request, reply) =>
      answer(request, reply as FastifyReply, {
        type: 'application/json',
        path: (slug) => `/api/changelogs/${slug}`,
        write: ({ slug, title, items }) => JSON.stringify({ slug, title, items }),
      }),
  )

  app.get(
    '/api/changelogs/:slug/feed',
    {
      schema: {
        operationId: 'getChangelogFeed',
        summary: 'The same as an Atom feed',
        ...common,
        produces: ['application/atom+xml'],
        response: { 200: feed, ...responses },
      },
      config,
    },
    (request, reply) =>
      answer(request, reply as FastifyReply, {
        type: 'application/atom+xml',
        path: (slug) => `/api/changelogs/${slug}/feed`,
        write: ({ distributionId, publicSince, ...found }) => writeAtom(found, { webUrl, distributionId, publicSince }),
      }),
  )
}
