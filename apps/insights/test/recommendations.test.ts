import { distributionUpdated, type EventEnvelope } from '@coursewire/events'
import {
  aCancelledEnrollment,
  aDeletedDistribution,
  anEnrollment,
  anErasedAccount,
  anUnpublishedDistribution,
  aPublishedDistribution,
} from '@coursewire/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createRecommendations } from '../src/recommendations/service.ts'
import { aDistribution, startWorld } from './helpers.ts'

const pageOf = (course: string) => ({ distribution_id: `dist_${course}`, course_id: course })
const published = (course: string, published_at = '2026-03-01T09:00:00Z') =>
  aPublishedDistribution({ ...pageOf(course), published_at })
const unpublished = (course: string, unpublished_at = '2026-03-02T09:00:00Z') =>
  anUnpublishedDistribution({ distribution_id: `dist_${course}`, unpublished_at })
const listed = (course: string, isListed: boolean) =>
  distributionUpdated.build(
    {
      distribution_id: `dist_${course}`,
      updated_fields: ['listed'],
      old_values: { listed: !isListed },
      new_values: { listed: isListed },
      updated_at: '2026-03-02T09:00:00Z',
    },
    { tenantId: 'acme', correlationId: 'req-1', causationId: null },
    { id: crypto.randomUUID(), at: '2026-03-02T09:00:00.000000Z' },
  )
const joined = (student_id: string, course_id: string, at = '2026-03-01T12:00:00Z', activation = 1) =>
  anEnrollment({ student_id, course_id, enrolled_at: at, activation })
const left = (student_id: string, course_id: string, activation = 1) =>
  aCancelledEnrollment({ student_id, course_id, activation, cancelled_at: '2026-03-03T12:00:00Z' })

/** So many learners who have all of these courses. */
const learners = (count: number, ...courses: string[]) =>
  Array.from({ length: count }, () => `usr_${crypto.randomUUID()}`).flatMap((id) =>
    courses.map((course) => joined(id, course)),
  )

type World = Awaited<ReturnType<typeof startWorld>>

async function readCompanions({ get }: World, courseId: string, tenantId?: string): Promise<string[]> {
  const { items } = (
    await get(`/api/recommendations/courses?courseId=${courseId}`, tenantId ? 'student' : null, tenantId)
  ).json()
  return items[0].alsoChosen
}
const readChosen = async ({ get }: World) => (await get('/api/recommendations', null)).json()

test('what learners of a course also chose comes by how surprising that is, and not by how many they are', async () => {
  const world = await startWorld()
  await world.take(
    ...['moss', 'fern', 'bread', 'rye'].map((course) => published(course)),
    ...learners(6, 'moss', 'fern'),
    ...learners(8, 'moss', 'bread'),
    ...learners(12, 'bread'),
    ...learners(100, 'rye'),
  )

  expect(await readCompanions(world, 'moss')).toEqual(['fern', 'bread'])
  expect(await readCompanions(world, 'fern')).toEqual(['moss'])
})

test('what fewer than five learners have in common is told to nobody', async () => {
  const world = await startWorld()
  await world.take(published('moss'), published('fern'), ...learners(4, 'moss', 'fern'), ...learners(30, 'bread'))
  expect(await readCompanions(world, 'moss')).toEqual([])

  await world.take(...learners(1, 'moss', 'fern'))

  await expect.poll(() => readAnew(world, 'moss')).toEqual(['fern'])
})

test('courses that everybody has are by chance beside each other', async () => {
  const world = await startWorld()
  await world.take(published('moss'), published('fern'), ...learners(20, 'moss', 'fern'))

  expect(await readCompanions(world, 'moss')).toEqual([])
})

test('popular is what most learners have, and trending what they join now', async () => {
  const world = await startWorld()
  await world.take(
    ...['moss', 'fern', 'rye'].map((course) => published(course)),
    ...learners(5, 'moss'),
    ...['usr_1', 'usr_2'].map((student) => joined(student, 'fern', '2026-03-22T12:00:00Z')),
    joined('usr_3', 'rye', '2026-01-20T12:00:00Z'),
  )

  expect(await readChosen(world)).toEqual({ popular: ['moss', 'fern', 'rye'], trending: ['fern', 'moss'] })
})

test('a week makes half of a learner, and who comes back makes no trend', async () => {
  const world = await startWorld()
  const later = '2026-03-08T12:00:00Z'
  await world.take(
    ...['moss', 'fern', 'oak', 'rye'].map((course) => published(course)),
    ...learners(3, 'moss'),
    ...learners(1, 'oak'),
    joined('usr_1', 'fern', later),
    joined('usr_2', 'rye'),
    left('usr_2', 'rye'),
    ...[2, 3, 4, 5].map((activation) => joined('usr_2', 'rye', later, activation)),
  )

  // Three halves, one, and twice a half.
  expect((await readChosen(world)).trending).toEqual(['moss', 'fern', 'oak', 'rye'])
})

test.each<[string, EventEnvelope[]]>([
  ['was never published', []],
  ['is private', [published('fern'), unpublished('fern')]],
  ['is private, if that is heard first', [unpublished('fern'), published('fern')]],
  ['was taken out of lists', [listed('fern', false), published('fern')]],
  ['was never in a list', [aDistribution('dist_fern', { course_id: 'fern', listed: false }), published('fern')]],
  ['is deleted', [published('fern'), aDeletedDistribution(pageOf('fern'))]],
  [
    'is deleted, if that is heard first',
    [aDeletedDistribution({ ...pageOf('fern'), deleted_at: '2026-03-01T08:00:00Z' }), published('fern')],
  ],
])('a course that %s is recommended nowhere, and has no recommendations', async (_, events) => {
  const world = await startWorld()
  await world.take(published('moss'), ...events)
  await world.take(...learners(10, 'moss', 'fern'), ...learners(10, 'bread'))

  expect(await readCompanions(world, 'moss')).toEqual([])
  expect(await readCompanions(world, 'fern')).toEqual([])
  expect(await readChosen(world)).toEqual({ popular: ['moss'], trending: ['moss'] })
})

test('a course that is taken back disappears at once, although what learners choose is kept for a minute', async () => {
  const world = await startWorld()
  await world.take(published('moss'), published('fern'), ...learners(10, 'moss', 'fern'), ...learners(10, 'bread'))
  expect(await readCompanions(world, 'moss')).toEqual(['fern'])

  await world.take(unpublished('fern'))

  await expect.poll(() => readCompanions(world, 'moss'), { timeout: 5_000 }).toEqual([])
  await world.take(published('fern', '2026-03-03T09:00:00Z'))
  await expect.poll(() => readCompanions(world, 'moss'), { timeout: 5_000 }).toEqual(['fern'])
  expect((await readChosen(world)).popular).toEqual(['fern', 'moss'])
})

test('an answer has no numbers, and a client need not fetch it twice', async () => {
  const world = await startWorld()
  await world.take(published('moss'), published('fern'), ...learners(10, 'moss', 'fern'), ...learners(10, 'bread'))

  for (const url of ['/api/recommendations', '/api/recommendations/courses?courseId=moss,fern,moss,nothing']) {
    const { headers, body } = await world.get(url, null)
    const again = await world.app.inject({ url, headers: { 'if-none-match': String(headers.etag) } })

    expect(body).not.toMatch(/\d/)
    expect(headers['cache-control']).toBe('no-cache')
    expect([again.statusCode, again.body]).toEqual([304, ''])
  }
  const { items } = (await world.get('/api/recommendations/courses?courseId=moss,nothing,moss', null)).json()
  expect(items).toEqual([
    { courseId: 'moss', alsoChosen: ['fern'] },
    { courseId: 'nothing', alsoChosen: [] },
  ])
})

test.each([
  '',
  'courseId=',
  `courseId=${Array.from({ length: 21 }, (_, id) => id).join()}`,
  'courseId=a&courseId=b',
  'courseId=a&x=1',
])('a question such as %j is refused', async (query) => {
  const { get } = await startWorld()

  expect((await get(`/api/recommendations/courses?${query}`, null)).statusCode).toBe(400)
})

test('what is chosen at one tenant is no recommendation at another', async () => {
  const world = await startWorld()
  const elsewhere = { tenantId: 'globex' }
  const alone = ['moss', 'fern', 'rye', 'bread'].flatMap((course_id) =>
    Array.from({ length: 20 }, () => anEnrollment({ course_id }, elsewhere)),
  )
  await world.take(
    ...['moss', 'fern'].flatMap((course) => [published(course), aPublishedDistribution(pageOf(course), elsewhere)]),
    ...learners(10, 'moss', 'fern'),
    ...learners(10, 'bread'),
    ...alone,
  )

  expect(await readCompanions(world, 'moss', 'globex')).toEqual([])
  expect(await readCompanions(world, 'moss')).toEqual(['fern'])
  expect((await world.get('/api/recommendations', 'student', 'initech')).json()).toEqual({ popular: [], trending: [] })
})

test('many who ask for the same share one computation, and what is chosen is read again after a minute', async () => {
  const { db, take } = await startWorld()
  await take(published('moss'), ...learners(1, 'moss'))
  let ahead = 0
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead)
  onTestFinished(() => void vi.restoreAllMocks())
  async function advance(ms: number): Promise<void> {
    ahead += ms
    // lru-cache looks at the clock once a millisecond.
    const since = now()
    await vi.waitFor(() => expect(now() - since).toBeGreaterThan(2))
  }
  const recommendations = createRecommendations(db)
  const show = () => recommendations.show('acme')
  const queries = vi.spyOn(db.$client, 'query')

  // The popular courses, the trending ones, and which of them are public.
  await Promise.all(Array.from({ length: 100 }, show))
  expect(queries).toHaveBeenCalledTimes(3)
  await advance(1_000)
  await show()
  expect(queries).toHaveBeenCalledTimes(4)
  await advance(61_000)
  await show()
  expect(queries).toHaveBeenCalledTimes(7)
})

/** Reads past what is kept in memory. */
async function readAnew({ db }: World, courseId: string): Promise<string[]> {
  const { body } = await createRecommendations(db).show('acme', [courseId])
  return JSON.parse(body.toString()).items[0].alsoChosen
}

test('an erased account leaves the numbers and nothing else, and no event brings it back', async () => {
  const world = await startWorld()
  const numbers = async () =>
    (
      await world.db.$client.query(`
        SELECT course_id, other_course_id, learners FROM course_pairs
        UNION ALL SELECT course_id, '', learners FROM course_counts
        UNION ALL SELECT '', tenant_id, learners FROM learner_counts ORDER BY 1, 2`)
    ).rows
  const rows = async () =>
    (await world.db.$client.query(`SELECT student_id FROM learner_courses WHERE student_id = 'usr_1'`)).rowCount
  const events = [joined('usr_1', 'moss'), joined('usr_1', 'fern'), joined('usr_2', 'moss')]
  await world.take(...events)
  const before = await numbers()
  const asService = () => world.get('/internal/accounts/usr_1/data', 'service')
  expect((await asService()).json().courses).toMatchObject([
    { courseId: 'fern', activation: 1, hasLeft: false, changedAt: '2026-03-01T12:00:00.000000Z' },
    { courseId: 'moss' },
  ])

  await world.take(anErasedAccount({ account_id: 'usr_1' }))
  await world.take(
    ...events.slice(0, 2),
    left('usr_1', 'moss'),
    joined('usr_1', 'rye'),
    anErasedAccount({ account_id: 'usr_1' }),
  )

  expect(await rows()).toBe(0)
  expect((await numbers()).filter(({ course_id }) => course_id !== 'rye')).toEqual(before)
  expect((await asService()).json()).toEqual({ courses: [] })
})

test('nobody reads what another tenant knows of an account', async () => {
  const world = await startWorld()
  await world.take(joined('usr_1', 'moss'))

  expect((await world.get('/internal/accounts/usr_1/data', 'service', 'globex')).json()).toEqual({ courses: [] })
})
