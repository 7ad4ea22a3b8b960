import { aGeneratedCourse, aStagedCourse } from '@coursewire/testing'
import { describe, expect, it } from 'vitest'
import { startService } from './helpers.ts'

type Service = Awaited<ReturnType<typeof startService>>

async function publish(service: Service, courseId: string, tenantId = 'acme') {
  const editor = { roles: ['editor' as const], tenantId }
  const { body } = await service.call('GET', `/api/distributions?courseId=${courseId}`, editor)
  await service.call('POST', `/api/distributions/${body.items[0].id}/publish`, editor)
}

/** Starts a service with courses that are named by their titles, all public except those called Hidden. */
async function startWithCourses(...generations: NonNullable<Parameters<typeof aGeneratedCourse>[0]>[]) {
  const service = await startService()
  for (const generation of generations) {
    const event = aGeneratedCourse(generation)
    await service.take(event)
    if (generation.title !== 'Hidden') await publish(service, event.payload.course_id)
  }
  return service
}

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
      startsAt: null,
      welcomeText: '',
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

  it('are told that a course is gone when all its distributions were deleted, until it has one again', async () => {
    const service = await startWithCourses({ course_id: 'course_1' }, { course_id: 'course_2' })
    const asEditor = { roles: ['editor' as const], headers: { 'if-match': '*' } }
    const ask = async () => {
      const { status, body } = await service.call('GET', '/internal/courses/course_1', asService)
      return [status, body.code]
    }
    const add = async () => {
      const body = { courseId: 'course_1', title: 'By hand', language: 'en' }
      return (await service.call('POST', '/api/distributions', { ...asEditor, body })).body.id
    }
    const remove = (id: string) => service.call('DELETE', `/api/distributions/${id}`, asEditor)

    const { body } = await service.call('GET', '/api/distributions?courseId=course_1', asEditor)
    const second = await add()
    await remove(body.items[0].id)
    expect(await ask()).toEqual([200, undefined])

    await remove(second)
    expect(await ask()).toEqual([410, 'course.gone'])
    expect((await service.call('GET', '/internal/courses/course_2', asService)).status).toBe(200)

    await add()
    expect(await ask()).toEqual([200, undefined])
  })

  it.each([
    ['public', 'Gardens', true],
    ['private', 'Hidden', false],
  ])('see a %s distribution', async (_name, title, isPublic) => {
    const service = await startWithCourses({ course_id: 'course_1', title })
    const { body } = await service.call('GET', '/api/distributions', { roles: ['editor'] })
    const { id, slug } = body.items[0]

    expect((await service.call('GET', `/internal/distributions/${id}`, asService)).body).toEqual({
      id,
      courseId: 'course_1',
      slug,
      title,
      description: 'Plants on walls, from the first pot to the last.',
      language: 'en',
      startsAt: null,
      welcomeText: '',
      listed: true,
      public: isPublic,
    })
  })

  it.each(['/internal/courses', '/internal/courses/course_1'])('are the only ones that may ask %s', async (url) => {
    const service = await startWithCourses({ course_id: 'course_1' })

    expect((await service.call('GET', url)).status).toBe(401)
    expect((await service.call('GET', url, { roles: ['student', 'editor', 'admin'] })).status).toBe(403)
    expect((await service.call('GET', url, asService)).status).toBe(200)
  })
})
