import { aCancelledEnrollment, anEnrollment, aPublishedDistribution } from '@coursewire/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aClick, aDeletion, aDistribution, aView, startWorld } from './helpers.ts'

const period = 'from=2026-03-01&to=2026-03-03'
const firstOf = (day: number) => `2026-03-0${day}T12:00:00Z`

test('a report leads from views to enrolments: by day, in all, by referrer, call to action and source', async () => {
  const { take, get } = await startWorld()
  await take(
    aDistribution('dist_1'),
    aView('dist_1', firstOf(1), { views: 10, referrerViews: 10, ctaType: 'primary_button', ctaViews: 4 }),
    aView('dist_1', firstOf(3), {
      views: 25,
      referrer: 'email',
      referrerViews: 5,
      ctaType: 'primary_button',
      ctaViews: 20,
    }),
    aClick('dist_1', firstOf(1), 1, 1),
    aClick('dist_1', firstOf(3), 5, 5),
    anEnrollment({
      course_id: 'course-1',
      distribution_id: 'dist_1',
      cta_type: 'primary_button',
      enrolled_at: firstOf(3),
      source: 'auto',
    }),
    anEnrollment({ course_id: 'course-1', enrolled_at: firstOf(2), source: 'gift' }),
    aCancelledEnrollment({ course_id: 'course-1', cancelled_at: firstOf(3) }),
  )

  const course = (await get(`/api/insights/courses/course-1?${period}`)).json()
  const distribution = (await get(`/api/insights/distributions/dist_1?${period}`)).json()

  expect(course).toMatchObject({
    courseId: 'course-1',
    timeZone: 'UTC',
    days: [
      { day: '2026-03-01', views: 10, clicks: 1, enrolments: 0, leaves: 0 },
      { day: '2026-03-02', views: 0, clicks: 0, enrolments: 1, leaves: 0 },
      { day: '2026-03-03', views: 15, clicks: 4, enrolments: 1, leaves: 1 },
    ],
    totals: { views: 25, clicks: 5, enrolments: 2, leaves: 1 },
    clicksPerView: { rate: 0.2 },
    enrolmentsPerClick: { rate: 0.4 },
    referrers: [
      { category: 'direct', views: 10 },
      { category: 'email', views: 5 },
    ],
    callsToAction: [{ ctaType: 'primary_button', views: 20, clicks: 5, enrolments: 1, clicksPerView: { rate: 0.25 } }],
    sources: [
      { source: 'gift', enrolments: 1 },
      { source: 'auto', enrolments: 1 },
    ],
    distributions: [{ distributionId: 'dist_1', views: 25, clicks: 5, enrolments: 1, clicksPerView: { rate: 0.2 } }],
  })
  expect(distribution).toMatchObject({
    distributionId: 'dist_1',
    slug: 'sourdough',
    isDeleted: false,
    totals: { views: 25, clicks: 5, enrolments: 1, leaves: 0 },
  })
})

test('a tenant reads all of its courses together, and nothing of another tenant', async () => {
  const { take, get } = await startWorld()
  await take(
    aDistribution('dist_1'),
    aDistribution('dist_2', { course_id: 'course-2' }),
    aView('dist_1', firstOf(1), { views: 10, referrerViews: 10 }),
    aView('dist_2', firstOf(2), { views: 7, referrerViews: 7 }),
    aClick('dist_2', firstOf(2), 3, 3),
    aDeletion('dist_2'),
    anEnrollment({ course_id: 'course-1', distribution_id: 'dist_1', enrolled_at: firstOf(3), source: 'auto' }),
    anEnrollment({ course_id: 'course-2', enrolled_at: firstOf(3), source: 'gift' }),
    aView('dist_3', firstOf(1), { views: 99, referrerViews: 99, tenantId: 'other' }),
    anEnrollment({ course_id: 'course-1', enrolled_at: firstOf(3) }, { tenantId: 'other' }),
  )

  const report = (await get(`/api/insights/tenant?${period}`)).json()

  expect(report).toMatchObject({
    days: [
      { day: '2026-03-01', views: 10, clicks: 0, enrolments: 0, leaves: 0 },
      { day: '2026-03-02', views: 7, clicks: 3, enrolments: 0, leaves: 0 },
      { day: '2026-03-03', views: 0, clicks: 0, enrolments: 2, leaves: 0 },
    ],
    totals: { views: 17, clicks: 3, enrolments: 2, leaves: 0 },
    referrers: [{ category: 'direct', views: 17 }],
    sources: [
      { source: 'auto', enrolments: 1 },
      { source: 'gift', enrolments: 1 },
    ],
  })
})

test('variants stand beside their parent, and a deleted one is marked and not lost', async () => {
  const { take, get } = await startWorld()
  await take(
    aDistribution('dist_1'),
    aDistribution('dist_2', { derived_from: 'dist_1' }),
    aView('dist_1', firstOf(1), { views: 10 }),
    aView('dist_2', firstOf(2), { views: 7 }),
    aDeletion('dist_2'),
  )

  const { totals, distributions } = (await get(`/api/insights/courses/course-1?${period}`)).json()

  expect(totals.views).toBe(17)
  expect(distributions).toMatchObject([
    { distributionId: 'dist_1', parentId: null, isDeleted: false, views: 10 },
    { distributionId: 'dist_2', parentId: 'dist_1', isDeleted: true, views: 7 },
  ])
})

test('a late event changes a title that no later event has, although a later one has a slug', async () => {
  const { take, get } = await startWorld()
  const retitled = aPublishedDistribution({
    distribution_id: 'dist_1',
    course_id: 'course-1',
    title: 'Rye',
    published_at: '2026-03-02T08:00:00Z',
  })
  await take(aDistribution('dist_1'), aDeletion('dist_1'), retitled)

  expect((await get(`/api/insights/distributions/dist_1?${period}`)).json()).toMatchObject({
    slug: 'sourdough',
    title: 'Rye',
    isDeleted: true,
  })
})

test('what was counted before the first event that is known belongs to no day', async () => {
  const { take, get } = await startWorld()
  // Nothing tells of its beginning.
  await take(aView('dist_1', firstOf(1), { views: 5_000 }), aView('dist_1', firstOf(2), { views: 5_003 }), {
    ...aDeletion('dist_1'),
    id: 'x',
  })

  const { days } = (await get(`/api/insights/distributions/dist_1?${period}`)).json()

  expect(days.map(({ views }: { views: number }) => views)).toEqual([0, 3, 0])
})

test('the number of a day does not depend on the period that is asked for', async () => {
  const { take, get } = await startWorld()
  await take(
    aDistribution('dist_1'),
    aView('dist_1', firstOf(1), { views: 4 }),
    aView('dist_1', firstOf(3), { views: 9 }),
  )

  const { days } = (await get('/api/insights/distributions/dist_1?from=2026-03-02&to=2026-03-04')).json()

  expect(days.map(({ views }: { views: number }) => views)).toEqual([0, 5, 0])
})

test('days begin where the tenant is', async () => {
  const { db, take, get } = await startWorld()
  await take(aDistribution('dist_1'))
  await db.$client.query(`UPDATE tenants SET time_zone = 'Asia/Tokyo'`)
  await take(
    aView('dist_1', '2026-03-01T14:59:00Z', { views: 1 }),
    aView('dist_1', '2026-03-01T15:01:00Z', { views: 3 }),
    anEnrollment({ course_id: 'course-1', enrolled_at: '2026-03-01T15:01:00Z' }),
  )

  const { timeZone, days } = (await get(`/api/insights/courses/course-1?${period}`)).json()

  expect(timeZone).toBe('Asia/Tokyo')
  expect(days).toMatchObject([{ views: 1, enrolments: 0 }, { views: 2, enrolments: 1 }, { views: 0 }])
})

test('doubled, lost and reordered events change no number once the last total is known', async () => {
  const totals = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(totals, fc.infiniteStream(fc.nat(2)), async (numbers, fates) => {
      const { take, get } = await startWorld()
      const sorted = numbers.toSorted((a, b) => a - b)
      const events = sorted.map((views, index) =>
        aView('dist_1', `2026-03-01T12:00:${String(index).padStart(2, '0')}Z`, { views, referrerViews: views }),
      )
      const last = events.at(-1) ?? expect.unreachable()
      // Each is lost, delivered once, or twice; then all are turned around.
      const delivered = events.slice(0, -1).flatMap((event) => Array(fates.next().value ?? 1).fill(event))

      await take(aDistribution('dist_1'), ...[...delivered, last].toReversed())

      const report = (await get(`/api/insights/distributions/dist_1?${period}`)).json()
      expect(report.totals.views).toBe(Math.max(...numbers))
      expect(report.referrers).toEqual([{ category: 'direct', views: Math.max(...numbers) }])
    }),
    { numRuns: 15 },
  )
})

test('courses are listed by how many have joined', async () => {
  const { take, get } = await startWorld()
  await take(
    aDistribution('dist_2', { course_id: 'course-2' }),
    anEnrollment({ course_id: 'course-1', enrolled_at: firstOf(1) }),
    anEnrollment({ course_id: 'course-2', enrolled_at: firstOf(1) }),
    anEnrollment({ course_id: 'course-2', enrolled_at: firstOf(2) }),
    anEnrollment({ course_id: 'course-3', enrolled_at: '2026-02-01T12:00:00Z' }),
  )

  expect((await get(`/api/insights/courses?${period}`)).json().items).toEqual([
    { courseId: 'course-2', title: 'Sourdough', enrolments: 2, leaves: 0 },
    { courseId: 'course-1', title: null, enrolments: 1, leaves: 0 },
  ])
  expect((await get(`/api/insights/courses?${period}&limit=1`)).json().items).toHaveLength(1)
})

test.each([
  ['from=2026-03-02&to=2026-03-01', 422, 'period.invalid'],
  ['from=2024-01-01&to=2026-03-01', 422, 'period.invalid'],
  ['from=yesterday', 400, 'request.invalid'],
])('a period such as %s is refused', async (query, status, code) => {
  const { take, get } = await startWorld()
  await take(aDistribution('dist_1'))

  const answer = await get(`/api/insights/courses/course-1?${query}`)

  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
})

test('nobody reads the numbers of another tenant', async () => {
  const { take, get } = await startWorld()
  await take(aDistribution('dist_1'), anEnrollment({ course_id: 'course-1', enrolled_at: firstOf(1) }))

  for (const path of ['courses/course-1', 'distributions/dist_1']) {
    expect((await get(`/api/insights/${path}`, 'admin', 'globex')).statusCode).toBe(404)
  }
  expect((await get(`/api/insights/courses?${period}`, 'admin', 'globex')).json().items).toEqual([])
})

test('nothing that is stored says who has enrolled', async () => {
  const { db, take } = await startWorld()
  const event = anEnrollment({ student_id: 'usr_secret' })
  await take(event)

  for (const table of ['tenants', 'pages', 'totals', 'enrollments', 'experiments', 'cta_totals']) {
    const { rows } = await db.$client.query(`SELECT * FROM ${table}`)
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`usr_secret|${event.payload.enrollment_id}|${event.id}`))
  }
})
