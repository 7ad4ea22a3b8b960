import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { startService, startWeb } from './helpers.ts'

const page = (n: number) => ({
  slug: `course-${n}`,
  language: 'en',
  updatedAt: `2026-03-0${n}T09:30:00Z`,
  alternatives: [],
})

/** A catalogue with three pages, which it lists two at a time. */
async function startListing() {
  const world = { isDown: false }
  const catalogue = await startService(({ path }) => {
    if (world.isDown) return null
    const isFirst = path === '/internal/pages'
    return {
      body: isFirst ? { items: [page(1), page(2)], nextCursor: 'dist_2' } : { items: [page(3)], nextCursor: null },
    }
  })
  return { world, catalogue, ...(await startWeb({ catalogue })) }
}

it('the sitemap has a part for each listing, and an index with the last change of each', async () => {
  const { get, catalogue } = await startListing()

  const index = await get('/sitemap.xml')
  const parts = await Promise.all([1, 2].map((n) => get(`/sitemap-${n}.xml`, { 'accept-encoding': 'gzip' })))

  expect(index.headers['content-type']).toBe('application/xml; charset=utf-8')
  expect(index.body.match(/<lastmod>[^<]+/g)).toEqual([
    '<lastmod>2026-03-02T09:30:00Z',
    '<lastmod>2026-03-03T09:30:00Z',
  ])
  expect(
    parts.map(({ rawPayload }) =>
      gunzipSync(rawPayload)
        .toString()
        .match(/course-\d/g),
    ),
  ).toEqual([['course-1', 'course-2'], ['course-3']])
  expect(catalogue.calls.map(({ path }) => path)).toEqual(['/internal/pages', '/internal/pages?after=dist_2'])
})

it('an engine that has the sitemap gets nothing again', async () => {
  const { get } = await startListing()
  const { etag } = (await get('/sitemap.xml')).headers

  expect((await get('/sitemap.xml', { 'if-none-match': String(etag) })).statusCode).toBe(304)
})

it.each(['/sitemap-0.xml', '/sitemap-3.xml', '/sitemap-x.xml', '/sitemap-1.xml.gz'])('%s is nothing', async (path) => {
  const { get } = await startListing()

  expect((await get(path)).statusCode).toBe(404)
})

it('there is no sitemap while the catalogue is away', async () => {
  const { get, world } = await startListing()
  world.isDown = true

  expect((await get('/sitemap.xml')).statusCode).toBe(503)
  world.isDown = false
  expect((await get('/sitemap.xml')).statusCode).toBe(200)
})

it('robots.txt names the sitemap of the tenant', async () => {
  const { get } = await startWeb({}, { TENANT_HOSTS: 'academy.example=academy' })

  const { body, headers } = await get('/robots.txt', { host: 'academy.example' })

  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(body).toContain('Sitemap: https://academy.example/sitemap.xml')
})

it('the key of IndexNow is shown where engines look for it, and nowhere without one', async () => {
  const key = 'no-secret-1234'
  const [{ get }, without] = [await startWeb({}, { INDEXNOW_KEY: key }), await startWeb()]

  expect((await get(`/${key}.txt`)).body).toBe(key)
  expect((await without.get(`/${key}.txt`)).statusCode).toBe(404)
})
