import type { components, paths } from '@coursewire/api-client/enrollment-api'
import createClient from 'openapi-fetch'
import { expect, expectTypeOf, it } from 'vitest'

type Enrollment = components['schemas']['Enrollment']

const refusal = {
  type: 'urn:problem-type:coursewire:course.not-found',
  title: 'Course not found',
  status: 404,
  code: 'course.not-found',
  instance: '/api/enrollments',
  requestId: '1',
}

it('a client made of the types knows bodies, answers and codes', async () => {
  const fetch = async () => Response.json(refusal, { status: 404 })
  const client = createClient<paths>({ baseUrl: 'http://localhost', fetch })

  const { data, error } = await client.POST('/api/enrollments', { body: { courseId: 'course_1' } })

  expectTypeOf(data).toEqualTypeOf<Enrollment | undefined>()
  expectTypeOf<'course.not-found'>().toExtend<NonNullable<typeof error>['code']>()
  expectTypeOf<'student.not-found'>().not.toExtend<NonNullable<typeof error>['code']>()
  // @ts-expect-error -- a body has no other fields
  void (() => client.POST('/api/enrollments', { body: { course_id: 'course_1' } }))
  expect(error?.code).toBe('course.not-found')
})
