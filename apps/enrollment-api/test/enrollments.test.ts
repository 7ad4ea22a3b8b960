import { randomUUID } from 'node:crypto'
import { enrollmentCompleted, parseEvent, snsEnrollmentCompleted } from '@coursewire/events'
import { decodeHeaders } from '@coursewire/messaging'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService, topicArn } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const readOutbox = async (channel: string, userId: string) => {
  const { rows } = await service.admin.query(
    `SELECT topic, key, payload, headers, log FROM outbox WHERE channel = $1 AND log->'fields'->>'userId' = $2`,
    [channel, userId],
  )
  return rows
}

describe('an enrolment', () => {
  it('is answered with the record and stored with one message for Kafka and one for SNS', async () => {
    const student = await aStudent(service)
    const courseId = await anOpenCourse(service)
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

    const answer = await service.post(
      student.token,
      { courseId, source: 'auto' },
      { 'x-request-id': 'req-1', traceparent },
    )

    const record = answer.json()
    expect(answer.statusCode).toBe(201)
    expect(record).toEqual({
      id: expect.stringMatching(/^enr_[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      userId: student.id,
      courseId,
      enrollmentType: 'free',
      enrolledAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      progress: 0,
      completed: false,
      paymentStatus: 'free',
      source: 'auto',
      createdAt: record.enrolledAt,
      updatedAt: record.enrolledAt,
    })

    const [kafka, ...moreKafka] = await readOutbox('kafka', student.id)
    expect(moreKafka).toEqual([])
    const definitions = new Map([[enrollmentCompleted.type, enrollmentCompleted]])
    const parsed = parseEvent(kafka.payload, definitions, 'somebody')
    expect(parsed).toMatchObject({
      ok: true,
      event: {
        timestamp: record.enrolledAt,
        payload: {
          enrollment_id: record.id,
          student_id: student.id,
          course_id: courseId,
          enrollment_type: 'free',
          enrolled_at: record.enrolledAt,
          source: 'auto',
          payment_status: 'free',
          activation: 1,
        },
        meta: { tenant_id: 'acme', correlation_id: 'req-1', causation_id: null, producer: 'enrollment' },
      },
    })
    expect(kafka).toMatchObject({ topic: 'enrollment.events.v1', key: Buffer.from(record.id) })
    const headers = new Map(decodeHeaders(kafka.headers).map(([name, value]) => [name, value?.toString()]))
    expect(headers.get('traceparent')).toBe(traceparent)

    const [sns, ...moreSns] = await readOutbox('sns', student.id)
    expect(moreSns).toEqual([])
    expect(sns.topic).toBe(topicArn)
    expect(snsEnrollmentCompleted.parse(JSON.parse(sns.payload))).toEqual({
      eventType: 'EnrollmentCompleted',
      studentId: student.id,
      courseId,
      enrollmentType: 'free',
      enrolledAt: record.enrolledAt,
      source: 'auto',
    })
    const attributes = new Map(decodeHeaders(sns.headers).map(([name, value]) => [name, value?.toString()]))
    expect(Object.fromEntries(attributes)).toEqual({
      Subject: 'Enrollment Completed',
      event_id: headers.get('ce_id'),
      tenant_id: 'acme',
      enrollment_id: record.id,
      activation: '1',
      traceparent,
    })
    for (const row of [kafka, sns]) {
      expect(row.log).toMatchObject({
        type: 'enrollment.completed',
        fields: { userId: student.id, courseId, destination: row === kafka ? 'kafka' : 'sns' },
      })
    }
    expect(service.logged('Enrollment created')).toContainEqual(
      expect.objectContaining({ userId: student.id, courseId, enrollmentType: 'free', requestId: 'req-1' }),
    )
  })

  it('that is repeated is answered with 200 and the same record, and sends no second event', async () => {
    const student = await aStudent(service)
    const courseId = await anOpenCourse(service)
    const first = await service.post(student.token, { courseId })

    const second = await service.post(student.token, { courseId, source: 'auto' })

    expect([first.statusCode, second.statusCode]).toEqual([201, 200])
    expect(second.json()).toEqual(first.json())
    expect(first.json().source).toBe('manual')
    expect(await readOutbox('kafka', student.id)).toHaveLength(1)
    expect(await readOutbox('sns', student.id)).toHaveLength(1)
  })

  it('that is requested 100 times at once is one row and one event, with one 201 and 99 times 200', async () => {
    const student = await aStudent(service)
    const courseId = await anOpenCourse(service)

    const answers = await Promise.all(Array.from({ length: 100 }, () => service.post(student.token, { courseId })))

    const created = answers.filter(({ statusCode }) => statusCode === 201)
    const repeated = answers.filter(({ statusCode }) => statusCode === 200)
    expect([created.length, repeated.length]).toEqual([1, 99])
    for (const answer of answers) expect(answer.json()).toEqual(created[0]?.json())
    expect(await service.count('enrollments', `user_id = '${student.id}'`)).toBe(1)
    expect(await readOutbox('kafka', student.id)).toHaveLength(1)
    expect(await readOutbox('sns', student.id)).toHaveLength(1)
  })

  it('of each of many students in many courses at once is one row and one event', async () => {
    const students = await Promise.all(Array.from({ length: 20 }, () => aStudent(service)))
    const courseIds = await Promise.all(Array.from({ length: 5 }, () => anOpenCourse(service)))

    const answers = await Promise.all(
      students.flatMap(({ token }) => courseIds.map((courseId) => service.post(token, { courseId }))),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(100).fill(201))
    const courses = courseIds.map((id) => `'${id}'`).join()
    expect(await service.count('enrollments', `course_id IN (${courses})`)).toBe(100)
    expect(await service.count('outbox', `channel = 'kafka' AND log->'fields'->>'courseId' IN (${courses})`)).toBe(100)
    expect(await service.count('outbox', `channel = 'sns' AND log->'fields'->>'courseId' IN (${courses})`)).toBe(100)
  })

  it('of a deleted account is refused without harm to the others in its batch', async () => {
    const students = await Promise.all(Array.from({ length: 8 }, () => aStudent(service)))
    const courseId = await anOpenCourse(service)
    const { token } = await service.ctx.tokens.issue({ id: 'usr_gone', tenantId: 'acme', roles: ['student'] })

    const answers = await Promise.all(
      [
        ...students.slice(0, 4).map((student) => student.token),
        token,
        ...students.slice(4).map((student) => student.token),
      ].map((each) => service.post(each, { courseId })),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201, 401, 201, 201, 201, 201])
    expect(answers[4]?.json()).toMatchObject({ code: 'account.gone' })
    expect(await readOutbox('kafka', 'usr_gone')).toEqual([])
  })
})

describe('a student reads', () => {
  it('one enrolment by its course', async () => {
    const student = await aStudent(service)
    const courseId = await anOpenCourse(service)
    const created = await service.post(student.token, { courseId })

    const found = await service.get(student.token, `/api/enrollments/${courseId}`)

    expect(found.statusCode).toBe(200)
    expect(found.json()).toEqual(created.json())
  })

  it('all enrolments page by page, the latest first', async () => {
    const student = await aStudent(service)
    const created: unknown[] = []
    for (let index = 0; index < 5; index++) {
      const courseId = await anOpenCourse(service)
      created.unshift((await service.post(student.token, { courseId })).json())
    }

    const pages: { items: unknown[]; nextCursor: string | null }[] = []
    for (
      let query = '?limit=2';
      pages.at(-1)?.nextCursor !== null;
      query = `?limit=2&cursor=${pages.at(-1)?.nextCursor}`
    ) {
      pages.push((await service.get(student.token, `/api/enrollments${query}`)).json())
    }

    expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 1])
    expect(pages.flatMap(({ items }) => items)).toEqual(created)
  })

  it('whether there is an enrolment in a course, without a refusal if there is none', async () => {
    const student = await aStudent(service)
    const [joined, left, other] = [
      await anOpenCourse(service),
      await anOpenCourse(service),
      await anOpenCourse(service),
    ]
    const created = await service.post(student.token, { courseId: joined })
    await service.post(student.token, { courseId: left })
    await service.send('DELETE', student.token, `/api/enrollments/${left}`, { reason: 'other' })
    const find = async (courseId: string) =>
      (await service.get(student.token, `/api/enrollments?courseId=${courseId}`)).json()

    expect(await find(joined)).toEqual({ items: [created.json()], nextCursor: null })
    for (const courseId of [left, other]) expect(await find(courseId)).toEqual({ items: [], nextCursor: null })
  })

  it.each([
    ['limit=0'],
    ['limit=101'],
    ['limit=1e9'],
    ['limit=x'],
    ["cursor=enr_' OR 1=1"],
    ['cursor=%25'],
    ['cursor=a%00'],
    ['courseId='],
    ['courseId=a%00'],
  ])('nothing but a 400 with ?%s', async (query) => {
    const student = await aStudent(service)

    const answer = await service.get(student.token, `/api/enrollments?${query}`)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'request.invalid' })
  })
})

describe('an enrolment that is not the student’s own', () => {
  it('gets the same 404 whether it belongs to another student, another tenant or nobody', async () => {
    const [owner, neighbour] = [await aStudent(service), await aStudent(service)]
    const stranger = await aStudent(service, { id: owner.id, tenantId: 'globex' })
    const courseId = await anOpenCourse(service)
    await service.post(owner.token, { courseId })

    for (const { token } of [neighbour, stranger]) {
      const foreign = await service.get(token, `/api/enrollments/${courseId}`)
      const absent = await service.get(token, `/api/enrollments/${randomUUID()}`)

      expect([foreign.statusCode, absent.statusCode]).toEqual([404, 404])
      const common = { ...foreign.json(), instance: '', requestId: '' }
      expect(common).toEqual({ ...absent.json(), instance: '', requestId: '' })
      expect(common.code).toBe('enrollment.not-found')
      expect((await service.get(token, '/api/enrollments')).json()).toEqual({ items: [], nextCursor: null })
    }
  })

  it.each([['editor'], ['admin'], ['service']] as const)('is closed to the role %s', async (role) => {
    const { token } = await service.ctx.tokens.issue({ id: 'usr_other', tenantId: 'acme', roles: [role] })

    const answer = await service.post(token, { courseId: 'any' })

    expect(answer.statusCode).toBe(403)
  })
})
