import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type HttpApp, namesEntity } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { keyPath } from '../search-engines/index-now.ts'
import { renderRobots } from '../search-engines/robots.ts'
import { renderSitemap, renderSitemapIndex } from '../search-engines/sitemap.ts'
import type { Site } from '../storefront/types.ts'
import type { CatalogueReader } from './catalogue.ts'
import { readerLanguage } from './languages.ts'
import type { Messages } from './messages.ts'
import { sendPage } from './page.ts'
import { openRoute } from './routes.ts'

/** Search engines read a sitemap a few times a day. */
const KEEP_MS = 60_000
const MAX_TENANTS = 100

/** XML in compressed form: a tenth of its size, and search engines ask for it. */
type File = { zipped: Buffer; etag: string }
type Sitemap = { index: File; parts: File[]; builtAt: number }

/** Builds the sitemaps of tenants, each when it is asked for, and at most once a minute. */
export function createSitemaps(options: {
  catalogue: CatalogueReader
  siteOf: (tenantId: string) => Site
  now?: () => number
}) {
  const { catalogue, siteOf, now = () => performance.now() } = options
  const kept = new LRUCache<string, Sitemap>({ max: MAX_TENANTS })
  const building = new Map<string, Promise<Sitemap>>()

  async function build(tenantId: string): Promise<Sitemap> {
    const builtAt = now()
    const site = siteOf(tenantId)
    const changes: { updatedAt: string }[] = []
    const parts: File[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const { items, nextCursor } = await catalogue.listPages(tenantId, after)
      const updatedAt = items.reduce((last, page) => (page.updatedAt > last ? page.updatedAt : last), '')
      if (items.length > 0) {
        changes.push({ updatedAt })
        parts.push(await toFile(renderSitemap(items, site)))
      }
      after = nextCursor
    }
    const sitemap = { index: await toFile(renderSitemapIndex(changes, site)), parts, builtAt }
    kept.set(tenantId, sitemap)
    return sitemap
  }

  return {
    /** An old one is better than none: search engines find out what is gone by asking for it. */
    async get(tenantId: string): Promise<Sitemap> {
      const known = kept.get(tenantId)
      if (known && now() - known.builtAt < KEEP_MS) return known
      const pending = building.get(tenantId) ?? build(tenantId).finally(() => building.delete(tenantId))
      building.set(tenantId, pending)
      return pending.catch((error: unknown) => {
        if (known) return known
        throw error
      })
    },
  }
}

async function toFile(xml: string): Promise<File> {
  const zipped = await promisify(gzip)(xml)
  return { zipped, etag: `"${createHash('sha256').update(zipped).digest('base64url').slice(0, 22)}"` }
}

/** What search engines read before they read pages. */
export function addSearchEngineRoutes(
  app: HttpApp,
  parts: {
    sitemaps: ReturnType<typeof createSitemaps>
    siteOf: (tenantId: string) => Site
    messages: Messages
    config: { INDEXNOW_KEY?: string | undefined }
  },
): void {
  const { sitemaps, siteOf, messages, config } = parts
  const { INDEXNOW_KEY: key } = config

  async function send(request: FastifyRequest, reply: FastifyReply, choose: (sitemap: Sitemap) => File | undefined) {
    const sitemap = await sitemaps.get(request.tenantId).catch(() => null)
    const file = sitemap && choose(sitemap)
    if (!file) {
      const kind = sitemap ? 'not-found' : 'unavailable'
      return sendPage(request, reply, messages.find(kind, request.tenantId, readerLanguage(request)))
    }
    const etag = `W/${file.etag}`
    void reply.headers({ 'cache-control': 'public, no-cache', vary: 'accept-encoding', etag })
    if (namesEntity(request.headers['if-none-match'] ?? '', file.etag, 'weakly')) return reply.code(304).send()
    void reply.type('application/xml; charset=utf-8')
    if (!/\bgzip\b(?!;q=0)/.test(String(request.headers['accept-encoding']))) {
      return reply.send(await promisify(gunzip)(file.zipped))
    }
    return reply.header('content-encoding', 'gzip').send(file.zipped)
  }

  app.get('/sitemap.xml', openRoute, (request, reply) => send(request, reply, ({ index }) => index))
  app.get<{ Params: { number: string } }>('/sitemap-:number(^\\d{1,6}).xml', openRoute, (request, reply) =>
    send(request, reply, ({ parts: files }) => files[Number(request.params.number) - 1]),
  )
  if (key !== undefined) {
    app.get(keyPath(key), openRoute, async (_request, reply) => reply.type('text/plain; charset=utf-8').send(key))
  }
  app.get('/robots.txt', openRoute, async (request, reply) =>
    reply.type('text/plain; charset=utf-8').send(renderRobots(siteOf(request.tenantId))),
  )
}
