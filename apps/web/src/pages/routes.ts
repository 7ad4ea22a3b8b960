import type { HttpApp } from '@coursewire/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listTag, slugTag } from '../events/tags.ts'
import { renderCatalogue } from '../storefront/catalogue-page.tsx'
import { renderCourse } from '../storefront/course-page.tsx'
import { coursePath, type ListQuery, listPath } from '../storefront/links.ts'
import type { Site } from '../storefront/types.ts'
import { languages } from '../storefront/wording.ts'
import type { Assets } from './assets.ts'
import type { CatalogueReader } from './catalogue.ts'
import { readerLanguage } from './languages.ts'
import type { Messages } from './messages.ts'
import { buildPage, type Page, sendPage } from './page.ts'
import type { Load, Loaded, PageCache } from './page-cache.ts'
import type { RecommendationReader } from './recommendations.ts'
import { fitRecommended, readRecommended, type Source } from './recommended.ts'

/** What an address shows. That there is nothing is said in the language of each reader. */
export type Shown = Page | { missing: 'not-found' | 'gone' }

const MAX_SLUG = 128
const MAX_SEARCH = 200
const LIST_LENGTH = 24

const courseKey = (tenantId: string, slug: string) => JSON.stringify([tenantId, 'course', slug])

/** The course's slug, if the key is that of a course page. */
export function slugOfKey(key: string): string | undefined {
  const [, kind, slug] = JSON.parse(key) as string[]
  return kind === 'course' ? slug : undefined
}

/** The sources of a kept course page, as the ETag by which it is checked. */
interface Made {
  courseId: string
  language: string
  etag: string
  recommended: Source
}

export const openRoute = { schema: { hide: true }, config: { access: 'public', isQuiet: true } } as const

/** The pages that everybody can read. */
export function addPageRoutes(
  app: HttpApp,
  parts: {
    cache: PageCache<Shown>
    catalogue: CatalogueReader
    findAlsoChosen: RecommendationReader
    siteOf: (tenantId: string) => Site
    messages: Messages
    assets: Assets
    cacheControl: string
  },
): void {
  const { cache, catalogue, siteOf, messages, assets, cacheControl } = parts

  async function show(request: FastifyRequest, reply: FastifyReply, key: string, load: Load<Shown>) {
    const { tenantId } = request
    try {
      const shown = await cache.get(key, load)
      const page = 'missing' in shown ? messages.find(shown.missing, tenantId, readerLanguage(request)) : shown
      return sendPage(request, reply, page)
    } catch {
      // Has been logged, once for all requests.
      return sendPage(request, reply, messages.find('unavailable', tenantId, readerLanguage(request)))
    }
  }

  const toPage = (html: string, tags: string[]) =>
    buildPage(200, html, { 'cache-control': cacheControl, 'cache-tag': tags.join(',') })

  async function loadCourse(
    slug: string,
    asked: { tenantId: string; ip: string },
    kept: string | null,
  ): Promise<Loaded<Shown> | 'unchanged'> {
    const { tenantId } = asked
    const made = kept === null ? null : (JSON.parse(kept) as Made)
    const found = await catalogue.findCourse(slug, tenantId, made?.etag ?? null)
    const tag = slugTag(tenantId, slug)
    if (found === 'unchanged') {
      const isSame = made && (await readRecommended(parts, made, asked, made.recommended)) === 'unchanged'
      return isSame ? found : loadCourse(slug, asked, null)
    }
    if (typeof found === 'string') return minor({ missing: found }, [tag])
    if ('movedTo' in found) {
      const tags = [...found.tags, tag]
      const headers = {
        location: coursePath(found.movedTo),
        'cache-control': cacheControl,
        'cache-tag': tags.join(','),
      }
      return minor(buildPage(301, '', headers), tags)
    }
    const course = found.document
    const { courseId, language } = course
    const read = await readRecommended(parts, course, asked, null)
    if (read === 'unchanged')
      throw new Error('The catalogue says that courses are unchanged which it was not asked about')
    const { recommended, tags } = fitRecommended(found.tags, read.entries)
    const html = renderCourse({ course, recommended, site: siteOf(tenantId), assets })
    const now: Made | null = found.etag ? { courseId, language, etag: found.etag, recommended: read.source } : null
    return { page: toPage(html, tags), tags, etag: now && JSON.stringify(now), isMinor: false }
  }

  app.get<{ Params: { slug: string } }>('/courses/:slug', openRoute, async (request, reply) => {
    const { tenantId, ip, params } = request
    // The catalogue knows none that are longer, and a stranger's text is no key.
    const slug = params.slug.slice(0, MAX_SLUG + 1)
    return show(request, reply, courseKey(tenantId, slug), (known) => loadCourse(slug, { tenantId, ip }, known))
  })

  for (const language of languages) {
    app.get(listPath(language), openRoute, async (request, reply) => {
      const { tenantId, ip } = request
      const query = readListQuery(request)
      return show(request, reply, JSON.stringify([tenantId, language, query]), async (etag) => {
        const found = await catalogue.list(language, { ...query, limit: LIST_LENGTH }, { tenantId, etag, ip })
        if (found === 'unchanged') return found
        const tags = [listTag(tenantId, language)]
        if (typeof found === 'string' || 'movedTo' in found) return minor({ missing: 'not-found' }, tags)
        const { items, nextCursor } = found.document
        const html = renderCatalogue({ language, items, query, nextCursor, site: siteOf(tenantId), assets })
        const isMinor = Object.keys(query).length > 0
        return { page: toPage(html, tags), tags, etag: found.etag, isMinor }
      })
    })
  }

  for (const path of ['/', '/courses']) {
    app.get(path, openRoute, async (request, reply) =>
      reply
        .headers({ vary: 'accept-language', 'cache-control': cacheControl })
        .redirect(listPath(readerLanguage(request), readListQuery(request)), 302),
    )
  }

  app.get('/*', openRoute, async (request, reply) =>
    sendPage(request, reply, messages.find('not-found', request.tenantId, readerLanguage(request))),
  )
}

/** What a list is asked for. Everything else in the address, such as what campaigns add, changes nothing. */
function readListQuery({ query }: FastifyRequest): ListQuery {
  const given = query as Record<string, unknown>
  const read = (name: string) => {
    const value = given[name]
    const text = typeof value === 'string' ? value.trim().slice(0, MAX_SEARCH) : ''
    return text === '' ? {} : { [name]: text }
  }
  return { ...read('q'), ...read('targetGroup'), ...read('cursor') }
}

const minor = (page: Shown, tags: string[]): Loaded<Shown> => ({ page, tags, etag: null, isMinor: true })
