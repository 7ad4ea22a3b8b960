/** Measures costs that do not depend on the machine: how many statements and hashes a request takes. */
import { verify } from '@node-rs/argon2'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService, watchStatements } from './helpers.ts'
import { anAccount } from './people.ts'

vi.mock('@node-rs/argon2', { spy: true })

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

it('an enrolment with its messages takes one statement, a repeated one takes two', async () => {
  const student = await aStudent(service)
  const courseId = await anOpenCourse(service)
  const statements = watchStatements()

  const first = await service.post(student.token, { courseId })
  expect(first.statusCode).toBe(201)
  expect(statements).toEqual(['WITH request'])

  const second = await service.post(student.token, { courseId })
  expect(second.statusCode).toBe(200)
  expect(statements.slice(1)).toEqual(['WITH request', 'select "users"."roles",'])
})

it('a return takes two statements more than a first enrolment', async () => {
  const student = await aStudent(service)
  const courseId = await anOpenCourse(service)
  await service.post(student.token, { courseId })
  await service.send('DELETE', student.token, `/api/enrollments/${courseId}`, { reason: 'other' })
  const statements = watchStatements()

  expect((await service.post(student.token, { courseId })).statusCode).toBe(201)

  expect(statements).toEqual(['WITH request', 'select "users"."roles",', 'WITH request'])
})

it('a hundred concurrent enrolments share a few statements', async () => {
  const courseId = await anOpenCourse(service)
  const students = await Promise.all(Array.from({ length: 100 }, () => aStudent(service)))
  const statements = watchStatements()

  const answers = await Promise.all(students.map(({ token }) => service.post(token, { courseId })))

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
  expect(statements.length).toBeLessThanOrEqual(10)
})

it('a wrong password takes the same statements and hashes for a known and an unknown address', async () => {
  await anAccount(service, { email: 'ada@example.com' })
  const statements = watchStatements()
  const costs: unknown[] = []
  for (const email of ['ada@example.com', 'nobody@example.com']) {
    vi.mocked(verify).mockClear()
    const payload = { email, password: 'gueß' }
    const { statusCode } = await service.app.inject({ method: 'POST', url: '/auth/signin', payload })
    costs.push({ statusCode, hashes: vi.mocked(verify).mock.calls.length, statements: statements.splice(0) })
  }

  expect(costs[0]).toEqual({ statusCode: 401, hashes: 1, statements: ['WITH valid', 'select "tenant_id",'] })
  expect(costs[1]).toEqual(costs[0])
})

it('an attempt that has to wait takes one statement, which writes nothing', async () => {
  const email = 'waiting@example.com'
  const signIn = () =>
    service.app.inject({
      method: 'POST',
      url: '/auth/signin',
      payload: { email, password: 'guess' },
      remoteAddress: '192.0.2.1',
    })
  for (let index = 0; index < 10; index += 1) await signIn()
  await service.admin.query(
    `UPDATE limits SET blocked_until = now() + interval '1 minute' WHERE blocked_until IS NOT NULL`,
  )
  const read = async () =>
    (await service.admin.query('SELECT ctid, xmin, xmax, limits.* FROM limits ORDER BY key')).rows
  const before = await read()
  const statements = watchStatements()

  expect((await signIn()).statusCode).toBe(429)

  expect(statements).toEqual(['WITH valid'])
  expect(await read()).toEqual(before)
})
