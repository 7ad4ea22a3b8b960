import { aGeneratedCourse, aStagedCourse } from '@coursewire/testing'
import { describe, expect, it } from 'vitest'
import { startService } from './helpers.ts'

type Service = Awaited<ReturnType<typeof startService>>

async function publish(service: Service, courseId: string, tenantId = 'acme') {
  const editor = { roles: ['editor' as const], tenantId }
  const { body } = await service.call('GET', `/api/distributions?courseId=${courseId}`, editor)
  await service.call('POST', `/api/distributions/${body.items[0].id}/publish`, editor)
}

/** A service whose courses, named by their titles, are public but for those called Hidden. */
async function startWithCourses(...generations: NonNullable<Parameters<typeof aGeneratedCourse>[0]>[]) {
  const service = await startService()
  for (const generation of generations) {
    const event = aGeneratedCourse(generation)
    await service.take(event)
    if (generation.title !== 'Hidden') await publish(service, event.payload.course_id)
  }
  return service
}

const titlesOf = (body: { items: { title: string }[] }) => body.items.map(({ title }) => title)

describe('the public', () => {
  it('sees a public course, and nothing of what is internal', async () => {
    const service = await startWithCourses({ course_id: 'course_1', title: 'Gardens' })
    await service.take(aStagedCourse({ course_id: 'course_1' }))

    const { status, body } = await service.call('GET', '/api/courses/gardens')

    expect(status).toBe(200)
    const { body: list } = await service.call('GET', '/api/courses')
    expect(list).toEqual({ items: [body], nextCursor: null })
    expect(body).toEqual({
      course_id: 'course_1',
      slug: 'gardens',
      canonical_url: 'https://learn.test/courses/gardens',
      title: 'Gardens',
      description: 'Plants on walls, from the first pot to the last.',
      language: 'en',
      target_group: ['gardeners'],
      total_lessons: 12,
      version: 'v1',
      seo: {
        meta_title: 'Gardens',
        meta_description: 'Plants on walls, from the first pot to the last.',
        meta_keywords: ['gardeners'],
      },
      cta: { label: 'Enroll now', type: 'primary_button' },
    })
  })

  it('is told nothing of what is hidden or absent', async () => {
    const service = await startWithCourses({ title: 'Hidden' })

    for (const slug of ['hidden', 'absent', '..%2F..%2Fetc%2Fpasswd']) {
      const { status, body } = await service.call('GET', `/api/courses/${slug}`)
      expect({ slug, status, title: body.title }).toEqual({ slug, status: 404, title: 'Course not found' })
    }
  })

  it('sees the courses of the tenant whose host it asks', async () => {
    const service = await startWithCourses({ title: 'Ours' })
    await service.take(aGeneratedCourse({ course_id: 'theirs', title: 'Theirs' }, { tenantId: 'globex' }))
    await publish(service, 'theirs', 'globex')

    const ours = await service.call('GET', '/api/courses')
    const theirs = await service.call('GET', '/api/courses', { headers: { host: 'globex.test' } })
    const foreign = await service.call('GET', '/api/courses/theirs')

    expect([titlesOf(ours.body), titlesOf(theirs.body)]).toEqual([['Ours'], ['Theirs']])
    expect(foreign.status).toBe(404)
  })

  it('filters by language and by target group', async () => {
    const service = await startWithCourses(
      { title: 'One', language: 'de', target_audiences: ['students', 'gardeners'] },
      { title: 'Two', language: 'en', target_audiences: ['gardeners'] },
      { title: 'Three', language: 'de', target_audiences: ['pilots'] },
      { title: 'Hidden', language: 'de' },
    )

    const find = async (query: string) => titlesOf((await service.call('GET', `/api/courses?${query}`)).body)

    expect(await find('language=de')).toEqual(['Three', 'One'])
    expect(await find('target_group=gardeners')).toEqual(['Two', 'One'])
    expect(await find('language=de&target_group=gardeners')).toEqual(['One'])
    expect(await find('language=de%27%20OR%20true--')).toEqual([])
  })

  it('pages through the list', async () => {
    const service = await startWithCourses({ title: 'One' }, { title: 'Hidden' }, { title: 'Two' }, { title: 'Three' })

    const first = await service.call('GET', '/api/courses?limit=2')
    const second = await service.call('GET', `/api/courses?limit=2&cursor=${first.body.nextCursor}`)

    expect([titlesOf(first.body), titlesOf(second.body)]).toEqual([['Three', 'Two'], ['One']])
    expect(second.body.nextCursor).toBeNull()
  })

  it('cannot ask for anything else', async () => {
    const service = await startService()

    for (const query of ['limit=101', 'cursor=x', 'sort=title']) {
      const { status } = await service.call('GET', `/api/courses?${query}`)
      expect({ query, status }).toEqual({ query, status: 400 })
    }
  })

  it('gets a course again only when it has changed', async () => {
    const service = await startWithCourses({ course_id: 'course_1', title: 'Gardens' })
    const ask = (ifNoneMatch: string) =>
      service.call('GET', '/api/courses/gardens', { headers: { 'if-none-match': ifNoneMatch } })
    const { headers } = await service.call('GET', '/api/courses/gardens')
    const etag = String(headers.etag)

    expect(await ask(etag)).toMatchObject({ status: 304, body: null, headers: { etag } })
    expect(await ask(`"other", W/${etag}`)).toMatchObject({ status: 304 })
    expect(await ask('"other"')).toMatchObject({ status: 200 })

    const again = { course_id: 'course_1', title: 'Gardens', total_lessons: 13, completed_at: '2026-01-01T00:00:00Z' }
    await service.take(aGeneratedCourse(again))
    expect(await ask(etag)).toMatchObject({ status: 200, body: { total_lessons: 13 } })
  })
})

describe('other services', () => {
  const asService = { roles: ['service' as const] }

  it('see every course, public or not', async () => {
    const service = await startWithCourses(
      { course_id: 'b', title: 'Hidden', total_lessons: null },
      { course_id: 'a', title: 'Gardens' },
    )

    const { body } = await service.call('GET', '/internal/courses/a', asService)

    expect(body).toEqual({
      courseId: 'a',
      slug: 'gardens',
      title: 'Gardens',
      description: 'Plants on walls, from the first pot to the last.',
      language: 'en',
      totalLessons: 12,
      public: true,
    })
    expect((await service.call('GET', '/internal/courses/b', asService)).body).toMatchObject({
      totalLessons: null,
      public: false,
    })
  })

  it('page through all courses of their tenant, by course id', async () => {
    const service = await startWithCourses({ course_id: 'b' }, { course_id: 'c', title: 'Hidden' }, { course_id: 'a' })
    await service.take(aGeneratedCourse({ course_id: 'd' }, { tenantId: 'globex' }), aStagedCourse({ course_id: 'e' }))

    const first = await service.call('GET', '/internal/courses?limit=2', asService)
    const second = await service.call('GET', `/internal/courses?limit=2&cursor=${first.body.nextCursor}`, asService)

    const idsOf = (body: { items: { courseId: string }[] }) => body.items.map(({ courseId }) => courseId)
    expect([idsOf(first.body), idsOf(second.body)]).toEqual([['a', 'b'], ['c']])
    expect(second.body.nextCursor).toBeNull()
  })

  it.each([
    ['of another tenant', 'course_1', 'globex'],
    ['nobody knows', 'absent', 'acme'],
    ['of which only staging is known', 'staged', 'acme'],
  ])('are told that a course %s is absent', async (_name, courseId, tenantId) => {
    const service = await startWithCourses({ course_id: 'course_1' })
    await service.take(aStagedCourse({ course_id: 'staged' }))

    const { status, body } = await service.call('GET', `/internal/courses/${courseId}`, { ...asService, tenantId })

    expect(status).toBe(404)
    expect(body).toMatchObject({ code: 'course.not-found' })
  })

  it.each(['/internal/courses', '/internal/courses/course_1'])('only may ask %s', async (url) => {
    const service = await startWithCourses({ course_id: 'course_1' })

    expect((await service.call('GET', url)).status).toBe(401)
    expect((await service.call('GET', url, { roles: ['student', 'editor', 'admin'] })).status).toBe(403)
    expect((await service.call('GET', url, asService)).status).toBe(200)
  })
})
