import { afterAll, beforeAll, expect, it } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

async function list(query: string, tenantId = 'acme') {
  const { token } = await service.ctx.tokens.issue({ id: 'email-worker', tenantId, roles: ['service'] })
  const url = `/internal/enrollments?${query}`
  return (await service.app.inject({ url, headers: { authorization: `Bearer ${token}` } })).json()
}

it('another service lists the enrolments of an age that nobody has left, a page at a time', async () => {
  const { id: studentId, token } = await aStudent(service)
  const courseIds = [await anOpenCourse(service), await anOpenCourse(service), await anOpenCourse(service)]
  for (const courseId of courseIds) await service.post(token, { courseId })
  const left = await anOpenCourse(service)
  await service.post(token, { courseId: left })
  await service.send('DELETE', token, `/api/enrollments/${left}`, { reason: 'no_time' })
  const [young = '', due, old = ''] = courseIds
  const age = `UPDATE enrollments SET enrolled_at = now() - $2::interval WHERE course_id = ANY ($1)`
  await service.admin.query(age, [[due, left], '1 hour'])
  await service.admin.query(age, [[old], '2 days'])
  const expected = (courseId: string | undefined) => ({ id: expect.any(String), studentId, courseId, activation: 1 })

  expect(await list('minAgeSeconds=600&maxAgeSeconds=86400')).toEqual({ items: [expected(due)], nextCursor: null })
  expect(await list('minAgeSeconds=600&maxAgeSeconds=86400', 'globex')).toEqual({ items: [], nextCursor: null })
  const first = await list('minAgeSeconds=0&maxAgeSeconds=2592000&limit=2')
  expect(first.items).toEqual([expected(young), expected(due)])
  expect(await list(`minAgeSeconds=0&maxAgeSeconds=2592000&cursor=${first.nextCursor}`)).toEqual({
    items: [expected(old)],
    nextCursor: null,
  })
})
