/** Measures a cost that does not depend on the machine: how many statements an enrolment takes. */
import pg from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

/** Records the beginning of every statement that this process sends to Postgres from now on. */
function watchStatements(): string[] {
  const beginnings: string[] = []
  // oxlint-disable-next-line typescript/unbound-method -- called on the client that was
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text: string }]
    const text = typeof first === 'string' ? first : first.text
    beginnings.push(text.trim().split(/\s+/, 2).join(' '))
    return Reflect.apply(query, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return beginnings
}

it('an enrolment with its messages takes one statement, a repeated one takes two', async () => {
  const student = await aStudent(service)
  const courseId = await anOpenCourse(service)
  const statements = watchStatements()

  const first = await service.post(student.token, { courseId })
  expect(first.statusCode).toBe(201)
  expect(statements).toEqual(['WITH request'])

  const second = await service.post(student.token, { courseId })
  expect(second.statusCode).toBe(200)
  expect(statements.slice(1)).toEqual(['WITH request', 'select wanted.draft_id,'])
})

it('a hundred concurrent enrolments share a few statements', async () => {
  const courseId = await anOpenCourse(service)
  const students = await Promise.all(Array.from({ length: 100 }, () => aStudent(service)))
  const statements = watchStatements()

  const answers = await Promise.all(students.map(({ token }) => service.post(token, { courseId })))

  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
  expect(statements.length).toBeLessThanOrEqual(10)
})
