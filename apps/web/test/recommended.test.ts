import { createLogger, createServiceClient } from '@coursewire/service-kit'
import { anUnpublishedDistribution, aPublishedDistribution } from '@coursewire/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { createRecommendationReader } from '../src/pages/recommendations.ts'
import { aCourse } from './examples.ts'
import { startCatalogue, startService, startWeb } from './helpers.ts'

afterEach(() => void vi.restoreAllMocks())

const bread = aCourse({ courseId: 'course_2', distributionId: 'dist_2', slug: 'brot', title: 'Brot' })
const moss = aCourse({ courseId: 'course_3', distributionId: 'dist_3', slug: 'moos', title: 'Moos' })

/** Starts insights, which answers what a test says about each course. */
async function startNumbers(chosen: Record<string, string[]>) {
  const state = { chosen, status: 200 }
  const service = await startService(({ path }) => {
    const asked = new URLSearchParams(path.split('?')[1]).get('courseId')?.split(',') ?? []
    const items = asked.map((courseId) => ({ courseId, alsoChosen: state.chosen[courseId] ?? [] }))
    return { status: state.status, body: { items } }
  })
  return { ...service, state }
}

/** Starts pages whose course recommends others, and that trust what they have in memory. */
async function startPages(chosen = { course_1: ['course_3', 'course_2'] }) {
  const catalogue = await startCatalogue()
  catalogue.publish()
  catalogue.list([bread, moss])
  const numbers = await startNumbers(chosen)
  const web = await startWeb({ catalogue, numbers })
  let ahead = 0
  const real = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ahead)
  function trust(): void {
    web.ctx.cache.hear(Infinity)
    web.ctx.cache.trustRelay(Infinity)
  }
  trust()
  return {
    ...web,
    catalogue,
    numbers,
    read: async (slug = 'sauerteig') => {
      const { body, headers } = await web.get(`/courses/${slug}`)
      const others = [...body.matchAll(/<section class="others"[^]*?<\/section>/g)].join()
      return {
        links: [...others.matchAll(/href="([^"]+)"/g)].map(([, href]) => href),
        tags: String(headers['cache-tag']).split(','),
      }
    },
    /** So much later, everything that is in memory has to be checked. */
    wait: (seconds: number) => {
      ahead += seconds * 1_000
    },
  }
}

it('a course page recommends what its learners also chose, as the catalogue shows it, and bears the tags of that', async () => {
  const { read, catalogue } = await startPages()

  expect(await read()).toEqual({
    links: ['/courses/moos', '/courses/brot'],
    tags: ['dist_1', 'course_1', 'dist_3', 'course_3', 'dist_2', 'course_2'],
  })
  expect(catalogue.calls[1]?.path).toBe('/api/courses?courseId=course_3%2Ccourse_2&language=de&limit=100')
})

it.each([
  ['an event about it', anUnpublishedDistribution({ distribution_id: 'dist_2' })],
  ['an event about its course', aPublishedDistribution({ distribution_id: 'dist_9', course_id: 'course_2' })],
])('a recommended course that is taken back is on no page after %s', async (_, event) => {
  const { read, catalogue, ctx } = await startPages()
  await read()
  catalogue.list([moss])
  expect((await read()).links).toContain('/courses/brot')

  ctx.messaging.onEvent({ event })

  expect((await read()).links).toEqual(['/courses/moos'])
})

it('a page that is checked is loaded anew only if it or what it recommends has changed', async () => {
  const { read, catalogue, numbers, wait } = await startPages()
  await read()
  wait(11)
  await read()
  expect(catalogue.calls.slice(2).map(({ headers }) => headers['if-none-match'])).toEqual(['"1"', '"2"'])

  catalogue.list([bread])
  wait(11)
  expect((await read()).links).toEqual(['/courses/brot'])
  numbers.state.chosen = {}
  wait(61)
  expect((await read()).links).toEqual([])
  numbers.state.chosen = { course_1: ['course_2'] }
  wait(61)
  expect((await read()).links).toEqual(['/courses/brot'])
})

it('a page bears at most fifty tags, and recommends only what it bears the tags of', async () => {
  const ids = Array.from({ length: 9 }, (_, index) => `course_${index}`)
  const { read, catalogue } = await startPages({ course_1: ids })
  catalogue.list(ids.map((courseId) => aCourse({ courseId, distributionId: `of_${courseId}`, slug: courseId })))
  const own = Array.from({ length: 47 }, (_, index) => `dist_${index}`)
  catalogue.answer('sauerteig', { body: aCourse(), headers: { etag: '"x"', 'cache-tag': own.join() } })

  const { links, tags } = await read()

  expect(links).toEqual(['/courses/course_0'])
  expect(tags).toEqual([...own, 'of_course_0', 'course_0'])
})

it('a page recommends six courses at most', async () => {
  const ids = Array.from({ length: 9 }, (_, index) => `course_${index}`)
  const { read, catalogue } = await startPages({ course_1: ids })
  catalogue.list(ids.map((courseId) => aCourse({ courseId, slug: courseId })))

  expect((await read()).links).toHaveLength(6)
})

it('while insights fails, pages recommend what they did before or nothing, and do not ask again at once', async () => {
  const { read, catalogue, numbers, wait, lines } = await startPages()
  catalogue.publish({ courseId: 'course_9', slug: 'neu' })
  await read()
  numbers.state.status = 503
  wait(61)

  expect((await read()).links).toEqual(['/courses/moos', '/courses/brot'])
  expect((await read('neu')).links).toEqual([])
  expect(numbers.calls).toHaveLength(2)
  expect(lines.filter((line) => line.includes('Recommendations cannot be read'))).toHaveLength(1)

  numbers.state.status = 200
  numbers.state.chosen = { course_9: ['course_2'] }
  wait(61)
  expect((await read('neu')).links).toEqual(['/courses/brot'])
})

it('a page does not wait long for insights', async () => {
  const catalogue = await startCatalogue()
  catalogue.publish()
  const silent = await startService(() => new Promise<never>(() => {}))
  const { get } = await startWeb({ catalogue, numbers: silent })

  expect((await get('/courses/sauerteig')).statusCode).toBe(200)
  expect(silent.calls).toHaveLength(1)
}, 4_000)

it('a page is shown without recommendations while the list of the catalogue fails, and with them again after that', async () => {
  const { read, catalogue, wait } = await startPages()
  await read()
  catalogue.breakList()
  wait(11)
  expect((await read()).links).toEqual([])
  catalogue.list([bread])
  wait(11)

  expect((await read()).links).toEqual(['/courses/brot'])
})

it('courses of different tenants are asked for apart, and those of one together', async () => {
  const numbers = await startNumbers({ course_1: ['course_9'] })
  const logger = createLogger({ service: 'test', level: 'silent' })
  const client = { tokenUrl: `${numbers.url}/auth/service-token`, clientId: 'web', clientSecret: 'secret', logger }
  const find = createRecommendationReader({ services: createServiceClient(client), url: numbers.url, logger })

  const found = await Promise.all(
    Array.from({ length: 8 }, (_, id) => find({ tenantId: `tenant-${id % 2}`, courseId: `course_${id}` })),
  )

  expect(found).toEqual([[], ['course_9'], [], [], [], [], [], []])
  const asked = numbers.calls.map(({ path }) => decodeURIComponent(path.split('=')[1] ?? ''))
  // The first two are asked for at once, and the others when one of them is answered.
  expect(asked.sort()).toEqual(['course_0', 'course_1', 'course_2,course_4,course_6', 'course_3,course_5,course_7'])
})

it('a course whose id insights would take for two is not asked for', async () => {
  const { read, catalogue, numbers } = await startPages()
  catalogue.publish({ courseId: 'course_1,course_2', slug: 'zwei' })

  expect((await read('zwei')).links).toEqual([])
  expect(numbers.calls).toEqual([])
})
