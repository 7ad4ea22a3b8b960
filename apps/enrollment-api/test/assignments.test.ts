/** An administrator assigns these enrolments: each student in each course. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { provisionClient } from '../src/accounts/provision.ts'
import { anOpenCourse, aStudent, environment, type Service, serve, startService } from './helpers.ts'
import { alter } from './people.ts'

let service: Service
let catalogue: Awaited<ReturnType<typeof serve>>
/** Answers of distribution-service, by course. Any other course is unknown. */
const courses = new Map<string, { status: number; body?: object }>()
const asked: string[] = []
let admin: string
beforeAll(async () => {
  catalogue = await serve((request, response) => {
    const courseId = request.url?.split('/').at(-1) ?? ''
    asked.push(courseId)
    const { status, body } = courses.get(courseId) ?? { status: 404 }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  service = await startService({ DISTRIBUTION_SERVICE_URL: catalogue.url })
  const { SERVICE_CLIENT_ID: id, SERVICE_CLIENT_SECRET: secret } = environment
  await provisionClient(service.ctx.db, { id, secret, tenants: ['acme'] })
  admin = (await service.ctx.tokens.issue({ id: 'usr_admin', tenantId: 'acme', roles: ['admin'] })).token
})
beforeEach(() => {
  asked.length = 0
})
afterAll(async () => {
  await service.close()
  await catalogue.close()
})

const assign = (body: object, token = admin) =>
  service.send('POST', token, '/api/admin/enrollments', { source: 'gift', ...body })

function aPrivateCourse(): string {
  const courseId = `course-${randomUUID()}`
  courses.set(courseId, { status: 200, body: { public: false } })
  return courseId
}

describe('an assignment', () => {
  it('enrols each student in each course, with one result a pair and the events of any enrolment', async () => {
    const [ada, ben] = [await aStudent(service), await aStudent(service)]
    const [gardening, cooking] = [await anOpenCourse(service), await anOpenCourse(service)]
    await service.post(ada.token, { courseId: cooking })

    const answer = await assign({ studentIds: [ada.id, ben.id], courseIds: [gardening, cooking], source: 'admin' })

    expect(answer.statusCode).toBe(207)
    expect(answer.json()).toEqual({
      results: [
        { studentId: ada.id, courseId: gardening, status: 201 },
        { studentId: ada.id, courseId: cooking, status: 200 },
        { studentId: ben.id, courseId: gardening, status: 201 },
        { studentId: ben.id, courseId: cooking, status: 201 },
      ],
    })
    const record = await service.get(ada.token, `/api/enrollments/${gardening}`)
    expect(record.json()).toMatchObject({ source: 'admin', progress: 0 })
    const events = await service.readEvents(ben.id)
    expect(events.map(({ type, payload }) => [type, payload['course_id'], payload['source']])).toEqual([
      ['enrollment.completed', gardening, 'admin'],
      ['enrollment.completed', cooking, 'admin'],
    ])
    expect(events[0]?.meta.correlation_id).toBe(answer.headers['x-request-id'])
    expect(await service.count('outbox', `channel = 'sns' AND log->'fields'->>'userId' = '${ben.id}'`)).toBe(2)
    const created = service.logged('Enrollment created').filter((line) => line['userId'] === ben.id)
    expect(created).toEqual([gardening, cooking].map((courseId) => expect.objectContaining({ courseId })))
  })

  it('may be of a private course, which its students then have', async () => {
    const student = await aStudent(service)
    const courseId = aPrivateCourse()

    const answer = await assign({ studentIds: [student.id], courseIds: [courseId] })

    expect(answer.json().results).toEqual([{ studentId: student.id, courseId, status: 201 }])
    expect((await service.get(student.token, `/api/enrollments/${courseId}`)).json()).toMatchObject({ source: 'gift' })
    const uninvited = await aStudent(service)
    expect((await service.post(uninvited.token, { courseId })).json()).toMatchObject({ code: 'course.not-found' })
  })

  it('brings back a student who has left, as the next activation', async () => {
    const student = await aStudent(service)
    const courseId = await anOpenCourse(service)
    await service.post(student.token, { courseId })
    await service.send('DELETE', student.token, `/api/enrollments/${courseId}`, { reason: 'other' })

    const answer = await assign({ studentIds: [student.id], courseIds: [courseId] })

    expect(answer.json().results).toMatchObject([{ status: 201 }])
    expect((await service.readEvents(student.id)).at(-1)?.payload).toMatchObject({ activation: 2, source: 'gift' })
  })

  it('refuses a pair with its code, and no other for that', async () => {
    const [ada, disabled, unverified, erased, editor, foreign] = [
      await aStudent(service),
      await aStudent(service),
      await aStudent(service),
      await aStudent(service),
      await aStudent(service, { roles: ['editor'] }),
      await aStudent(service, { tenantId: 'globex' }),
    ]
    await alter(service, 'disabled', disabled)
    await alter(service, 'unverified', unverified)
    await alter(service, 'erased', erased)
    const [open, foreignCourse] = [await anOpenCourse(service), await anOpenCourse(service, 'globex')]
    courses.set('forbidden', { status: 403 }).set('broken', { status: 500 }).set('odd', { status: 400 })
    const courseIds = ['unknown', foreignCourse, 'forbidden', 'broken', 'odd', open]
    const refusedStudents = [disabled.id, unverified.id, erased.id, editor.id, foreign.id, 'usr_unknown']

    const answer = await assign({ studentIds: [...refusedStudents, ada.id], courseIds })

    expect(answer.statusCode).toBe(207)
    const results: { studentId: string; courseId: string; status: number; code?: string }[] = answer.json().results
    expect(results).toHaveLength(7 * 6)
    const inOpenCourse = results.filter(({ courseId }) => courseId === open)
    expect(inOpenCourse.map(({ studentId, status, code }) => [studentId, status, code])).toEqual([
      [disabled.id, 403, 'account.disabled'],
      [unverified.id, 403, 'account.unverified'],
      [erased.id, 410, 'student.gone'],
      [editor.id, 404, 'student.not-found'],
      [foreign.id, 404, 'student.not-found'],
      ['usr_unknown', 404, 'student.not-found'],
      [ada.id, 201, undefined],
    ])
    const ofAda = results.filter(({ studentId }) => studentId === ada.id)
    expect(ofAda.map(({ courseId, status, code }) => [courseId, status, code])).toEqual([
      ['unknown', 404, 'course.not-found'],
      [foreignCourse, 404, 'course.not-found'],
      ['forbidden', 403, 'tenant.forbidden'],
      ['broken', 503, 'service.unavailable'],
      ['odd', 500, 'server.error'],
      [open, 201, undefined],
    ])
    expect(await service.count('enrollments', `course_id = '${open}'`)).toBe(1)
    // Asked once a course, however many students. What is forbidden is asked for again with a new token.
    expect(asked.toSorted()).toEqual([...courseIds.slice(0, -1), 'forbidden'].toSorted())
    expect(service.logged('Enrollment failed')).toHaveLength(3 * 7)
  })

  it('that fails altogether is refused as a whole', async () => {
    const student = await aStudent(service)
    courses.set('broken', { status: 500 }).set('forbidden', { status: 403 })

    const broken = await assign({ studentIds: [student.id], courseIds: ['broken'] })
    const forbidden = await assign({ studentIds: [student.id], courseIds: ['forbidden'] })

    expect(broken.json()).toMatchObject({ status: 503, code: 'service.unavailable' })
    expect(broken.headers['retry-after']).toBe('2')
    expect(forbidden.json()).toMatchObject({ status: 403, code: 'tenant.forbidden' })
  })

  it('of 1,000 pairs, some named twice, is one enrolment a pair, beside students who enrol themselves', async () => {
    const students = await Promise.all(Array.from({ length: 100 }, () => aStudent(service)))
    const courseIds = await Promise.all(Array.from({ length: 5 }, () => anOpenCourse(service)))
    const studentIds = students.map(({ id }) => id)

    const [answer, again, ...own] = await Promise.all([
      assign({ studentIds: [...studentIds, ...studentIds], courseIds }),
      assign({ studentIds, courseIds: [...courseIds, ...courseIds] }),
      ...students.map(({ token }) => service.post(token, { courseId: courseIds[0] ?? '' })),
    ])

    const results = [answer, again].flatMap((each) => each.json().results as { status: number }[])
    expect(results).toHaveLength(1_000)
    const statuses = [...results.map(({ status }) => status), ...own.map(({ statusCode }) => statusCode)]
    expect(new Set(statuses)).toEqual(new Set([200, 201]))
    expect(statuses.filter((status) => status === 201)).toHaveLength(500)
    const list = courseIds.map((id) => `'${id}'`).join()
    expect(await service.count('enrollments', `course_id IN (${list})`)).toBe(500)
    expect(await service.count('outbox', `channel = 'kafka' AND log->'fields'->>'courseId' IN (${list})`)).toBe(500)
  })

  it.each([
    ['no students', { studentIds: [] }],
    ['no courses', { courseIds: [] }],
    ['more than 1,000 students', { studentIds: Array.from({ length: 1_001 }, (_, index) => `usr_${index}`) }],
    ['more than 100 courses', { courseIds: Array.from({ length: 101 }, (_, index) => `course_${index}`) }],
    [
      'more than 1,000 pairs',
      {
        studentIds: Array.from({ length: 101 }, (_, index) => `usr_${index}`),
        courseIds: Array.from({ length: 10 }, (_, index) => `course_${index}`),
      },
    ],
    ['a source of students', { source: 'manual' }],
    ['another tenant', { tenantId: 'globex' }],
    ['a list as a student', { studentIds: [['usr_1']] }],
  ])('with %s is refused with 400', async (_, body) => {
    const answer = await assign({ studentIds: ['usr_1'], courseIds: ['course_1'], ...body })

    expect(answer.json()).toMatchObject({ status: 400, code: 'request.invalid' })
    expect(asked).toEqual([])
  })

  it.each([['student'], ['editor'], ['service']] as const)('is closed to the role %s', async (role) => {
    const { token } = await service.ctx.tokens.issue({ id: 'usr_other', tenantId: 'acme', roles: [role] })

    const answer = await assign({ studentIds: ['usr_1'], courseIds: ['course_1'] }, token)

    expect(answer.json()).toMatchObject({ status: 403, code: 'role.insufficient' })
  })
})
