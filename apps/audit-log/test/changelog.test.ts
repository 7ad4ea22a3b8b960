import { distributionCreated, distributionUpdated } from '@coursewire/events'
import {
  aBumpedVersion,
  aDeletedDistribution,
  anUnpublishedDistribution,
  aPublishedDistribution,
} from '@coursewire/testing'
import { expect, test } from 'vitest'
import { openLog, startService } from './helpers.ts'

const distribution_id = 'dist_1'
const meta = { tenantId: 'acme', correlationId: 'req-1', causationId: null }
let minute = 0
/** Each event of a test is a minute later than the one before. */
function nextMinute(): string {
  minute += 1
  return new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString().replace('Z', '000Z')
}

const published = (slug = 'sourdough') =>
  aPublishedDistribution({ distribution_id, slug, title: 'Sourdough & rye', published_at: nextMinute() })
const unpublished = () =>
  anUnpublishedDistribution({ distribution_id, slug: 'sourdough', unpublished_at: nextMinute() })
const bumped = (version: number, changelog = `What is new in ${version}`) =>
  aBumpedVersion({ distribution_id, new_version: `v${version}`, bumped_at: nextMinute(), changelog })
function changed(new_values: { slug: string } | { title: string }) {
  const updated_at = nextMinute()
  return distributionUpdated.build(
    { distribution_id, updated_fields: Object.keys(new_values), old_values: {}, new_values, updated_at },
    meta,
    { id: crypto.randomUUID(), at: updated_at },
  )
}

async function startWorld() {
  const log = await openLog()
  const service = await startService(log.databaseUrl)
  return { ...log, ...service, read: (slug: string, query = '') => service.get(`/api/changelogs/${slug}${query}`) }
}

test('a public course has a changelog, the newest version first, which a client need not fetch twice', async () => {
  const { store, read, get } = await startWorld()
  await store(published(), bumped(2), bumped(3))

  const answer = await read('sourdough')

  expect(answer.json()).toEqual({
    slug: 'sourdough',
    title: 'Sourdough & rye',
    items: [
      { version: 'v3', at: expect.any(String), changelog: 'What is new in 3' },
      { version: 'v2', at: expect.any(String), changelog: 'What is new in 2' },
    ],
  })
  expect(answer.headers['cache-control']).toBe('no-cache')
  const etag = String(answer.headers.etag)
  expect((await get('/api/changelogs/sourdough', { 'if-none-match': etag })).statusCode).toBe(304)
  await store(bumped(4))
  expect((await get('/api/changelogs/sourdough', { 'if-none-match': etag })).statusCode).toBe(200)
})

test('a private course has none for the public, whatever its caller has in memory, until it is published again', async () => {
  const { store, read, get } = await startWorld()
  await store(published(), bumped(2))
  const etag = String((await read('sourdough')).headers.etag)

  await store(unpublished())

  expect((await get('/api/changelogs/sourdough', { 'if-none-match': etag })).statusCode).toBe(404)
  await store(bumped(3), published())
  expect((await read('sourdough')).json().items).toHaveLength(2)
})

test('a course that was never public, was deleted, or is unknown has none', async () => {
  const { store, read } = await startWorld()
  const created_at = nextMinute()
  await store(
    distributionCreated.build(
      {
        distribution_id: 'dist_2',
        course_id: 'course-2',
        slug: 'secret',
        language: 'en',
        title: 'Secret',
        target_group: [],
        visibility: 'private',
        version: 'v1',
        derived_from: null,
        created_at,
      },
      meta,
      { id: crypto.randomUUID(), at: created_at },
    ),
    published(),
    aDeletedDistribution({ distribution_id, slug: 'sourdough', deleted_at: nextMinute() }),
  )

  for (const slug of ['secret', 'sourdough', 'unknown']) expect((await read(slug)).statusCode).toBe(404)
})

test('an old slug leads to the new one, also after another page has taken it, and of a private course to nothing', async () => {
  const { store, read } = await startWorld()
  await store(published(), changed({ slug: 'rye' }))

  expect(await read('sourdough')).toMatchObject({ statusCode: 301, headers: { location: '/api/changelogs/rye' } })
  expect((await read('sourdough', '/feed')).headers.location).toBe('/api/changelogs/rye/feed')
  await store(aPublishedDistribution({ distribution_id: 'dist_9', slug: 'sourdough', published_at: nextMinute() }))
  expect((await read('sourdough')).statusCode).toBe(200)
  await store(
    aDeletedDistribution({ distribution_id: 'dist_9', slug: 'sourdough', deleted_at: nextMinute() }),
    unpublished(),
  )
  expect((await read('sourdough')).statusCode).toBe(404)
})

test('events in any order, or twice, lead to the same changelog', async () => {
  const events = [published(), changed({ slug: 'rye' }), bumped(2), unpublished(), published('rye'), bumped(3)]
  const { store, read } = await startWorld()

  await store(...events.toReversed(), ...events)

  expect((await read('rye')).json().items.map(({ version }: { version: string }) => version)).toEqual(['v3', 'v2'])
})

test('a late event changes a title that no later event has, although a later one has a slug', async () => {
  const { store, read } = await startWorld()
  const [first, retitled, moved] = [published(), changed({ title: 'Rye' }), changed({ slug: 'rye' })]

  await store(first, moved, retitled)

  expect((await read('rye')).json()).toMatchObject({ slug: 'rye', title: 'Rye' })
})

test('an event that breaks its schema is in the log, and changes no changelog', async () => {
  const { store, read, count } = await startWorld()
  const broken = published()
  await store({ ...broken, payload: { ...broken.payload, title: 7 } }, { ...bumped(2), payload: {} })

  expect((await read('sourdough')).statusCode).toBe(404)
  expect(await count('records')).toBe(2)
})

test('the feed is well-formed whatever an editor has written, and its ids outlive the slug', async () => {
  const { store, read } = await startWorld()
  await store(published(), bumped(2, 'Less <salt> & "more" rye]]>\u0001'))

  const feed = await read('sourdough', '/feed')
  await store(changed({ slug: 'rye' }))
  const later = await read('rye', '/feed')

  expect(feed.headers['content-type']).toBe('application/atom+xml; charset=utf-8')
  expect(feed.body).toContain('<title>Sourdough &#38; rye</title>')
  expect(feed.body).toContain('Less &#60;salt&#62; &#38; &#34;more&#34; rye]]&#62;</content>')
  expect(feed.body).toContain('<link rel="alternate" href="https://learn.test/courses/sourdough"/>')
  const idsOf = (body: string) => body.match(/<id>[^<]+<\/id>/g)
  expect(idsOf(feed.body)).toHaveLength(2)
  expect(idsOf(later.body)).toEqual(idsOf(feed.body))
})

test('the feed of a course without another version has the moment at which it became public', async () => {
  const { store, read } = await startWorld()
  const event = published()
  await store(event)

  const { body } = await read('sourdough', '/feed')

  expect(body).toContain(`<updated>${event.payload.published_at}</updated>`)
  expect(body).not.toContain('<entry>')
})

test('a course of another tenant is found at its host alone', async () => {
  const { store, read, get } = await startWorld()
  await store(aPublishedDistribution({ slug: 'sourdough' }, { tenantId: 'globex' }))

  expect((await read('sourdough')).statusCode).toBe(404)
  expect((await get('/api/changelogs/sourdough', { host: 'globex.test' })).statusCode).toBe(200)
})
