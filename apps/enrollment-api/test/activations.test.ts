/** These tests follow an enrolment after it was made: progress, leaving, and coming back. */
import { enrollmentCancelled, enrollmentCompleted, enrollmentProgressed, parseEvent } from '@coursewire/events'
import { decodeHeaders } from '@coursewire/messaging'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applyChange } from '../src/courses/repository.ts'
import { anOpenCourse, aStudent, type Service, startService, waitUntilBlocked } from './helpers.ts'
import { alter } from './people.ts'

let service: Service
let student: Awaited<ReturnType<typeof aStudent>>
let courseId: string
beforeAll(async () => {
  service = await startService()
})
beforeEach(async () => {
  student = await aStudent(service)
  courseId = await anOpenCourse(service)
})
afterAll(() => service.close())

const enroll = (body: object = {}) => service.post(student.token, { courseId, ...body })
const read = () => service.get(student.token, `/api/enrollments/${courseId}`)
const leave = (body: object = { reason: 'no_time' }, { token } = student) =>
  service.send('DELETE', token, `/api/enrollments/${courseId}`, body)
const progress = (value: unknown, { token } = student) =>
  service.send('PATCH', token, `/api/enrollments/${courseId}/progress`, { progress: value })

const definitions = new Map(
  [enrollmentCompleted, enrollmentCancelled, enrollmentProgressed].map((definition) => [definition.type, definition]),
)
async function readEvents(): Promise<Record<string, unknown>[]> {
  const events = await service.readEvents(student.id)
  for (const event of events)
    expect(parseEvent(Buffer.from(JSON.stringify(event)), definitions, 'x')).toMatchObject({ ok: true })
  return events.map(({ type, payload }) => ({ type, ...payload }))
}

describe('leaving a course', () => {
  it('ends the enrolment, with an event that has the reason and not the comment', async () => {
    const { id } = (await enroll()).json()

    const answer = await leave({ reason: 'too_hard', comment: 'Lesson 3 lost me.' })

    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expect((await read()).json()).toMatchObject({ status: 404, code: 'enrollment.not-found' })
    expect((await service.get(student.token, '/api/enrollments')).json()).toEqual({ items: [], nextCursor: null })
    expect(await readEvents()).toEqual([
      expect.objectContaining({ type: 'enrollment.completed', enrollment_id: id, activation: 1 }),
      {
        type: 'enrollment.cancelled',
        enrollment_id: id,
        student_id: student.id,
        course_id: courseId,
        activation: 1,
        cancelled_at: expect.any(String),
        reason: 'too_hard',
      },
    ])
    const { rows } = await service.admin.query(
      'SELECT cancellation_reason, cancellation_comment FROM enrollments WHERE id = $1',
      [id],
    )
    expect(rows).toEqual([{ cancellation_reason: 'too_hard', cancellation_comment: 'Lesson 3 lost me.' }])
    expect(await service.count('outbox', `position('Lesson 3' in convert_from(payload, 'UTF8')) > 0`)).toBe(0)
    expect(JSON.stringify(service.logged('Request completed'))).not.toContain('Lesson 3')
  })

  it('stores no blank comment', async () => {
    await enroll()

    expect((await leave({ reason: 'other', comment: ' \n ' })).statusCode).toBe(204)

    expect(await service.count('enrollments', `course_id = '${courseId}' AND cancellation_comment IS NULL`)).toBe(1)
  })

  it('twice is refused the second time, without a second event', async () => {
    await enroll()

    expect([(await leave()).statusCode, (await leave()).statusCode]).toEqual([204, 404])

    expect(await readEvents()).toHaveLength(2)
  })

  it.each([
    ['no reason', {}],
    ['another reason', { reason: 'bored' }],
    ['a comment that is too long', { reason: 'other', comment: 'x'.repeat(2_001) }],
    ['a comment with a control character', { reason: 'other', comment: 'a\u0007' }],
    ['more than that', { reason: 'other', cancelledAt: '2020-01-01T00:00:00Z' }],
  ])('with %s is refused with 400 and changes nothing', async (_, body) => {
    await enroll()

    const answer = await leave(body)

    expect(answer.json()).toMatchObject({ status: 400, code: 'request.invalid' })
    expect((await read()).statusCode).toBe(200)
  })
})

describe('progress', () => {
  it('is stored and told', async () => {
    const { id, ...record } = (await enroll()).json()

    const answer = await progress(40)

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ id, ...record, progress: 40, updatedAt: expect.any(String) })
    expect(answer.json().updatedAt > record.updatedAt).toBe(true)
    expect((await read()).json()).toEqual(answer.json())
    expect((await readEvents()).at(-1)).toEqual({
      type: 'enrollment.progressed',
      enrollment_id: id,
      student_id: student.id,
      course_id: courseId,
      activation: 1,
      progress: 40,
      completed: false,
      progressed_at: answer.json().updatedAt,
    })
  })

  it('of 100 completes the course', async () => {
    await enroll()

    expect((await progress(100)).json()).toMatchObject({ progress: 100, completed: true })

    expect((await readEvents()).at(-1)).toMatchObject({ progress: 100, completed: true })
  })

  it('that is not higher changes nothing, sends no event and is answered with what is stored', async () => {
    await enroll()
    const stored = (await progress(60)).json()

    for (const value of [60, 59, 0]) {
      const answer = await progress(value)
      expect([answer.statusCode, answer.json()]).toEqual([200, stored])
    }

    expect(await readEvents()).toHaveLength(2)
  })

  it.each([[-1], [101], [1.5], ['50'], [null], [undefined]])('of %j is refused with 400', async (value) => {
    await enroll()

    expect((await progress(value)).json()).toMatchObject({ status: 400, code: 'request.invalid' })
    expect((await read()).json().progress).toBe(0)
  })
})

describe('an enrolment that is somebody else’s, left or absent', () => {
  it('is 404 for leaving and for progress, as if absent', async () => {
    await enroll()
    const [neighbour, stranger] = [
      await aStudent(service),
      await aStudent(service, { id: student.id, tenantId: 'globex' }),
    ]

    for (const other of [neighbour, stranger]) {
      for (const answer of [await leave(undefined, other), await progress(50, other)]) {
        expect(answer.json()).toMatchObject({ status: 404, code: 'enrollment.not-found' })
      }
    }
    expect((await read()).json()).toMatchObject({ progress: 0 })
    await leave()
    expect((await progress(50)).json()).toMatchObject({ status: 404, code: 'enrollment.not-found' })
    expect(await readEvents()).toHaveLength(2)
  })

  it.each([['editor'], ['admin'], ['service']] as const)('is closed to the role %s', async (role) => {
    const { token } = await service.ctx.tokens.issue({ id: student.id, tenantId: 'acme', roles: [role] })

    for (const answer of [await leave(undefined, { ...student, token }), await progress(50, { ...student, token })]) {
      expect(answer.json()).toMatchObject({ status: 403, code: 'role.insufficient' })
    }
  })
})

describe('coming back', () => {
  it('is the next activation of the same enrolment, with new messages and no progress', async () => {
    const first = (await enroll({ source: 'auto', distributionId: 'dist_1', ctaType: 'primary_button' })).json()
    await progress(70)
    await leave()

    const answer = await enroll({ distributionId: 'dist_2' })

    expect(answer.statusCode).toBe(201)
    const record = answer.json()
    expect(record).toEqual({
      ...first,
      source: 'manual',
      enrolledAt: expect.any(String),
      updatedAt: record.enrolledAt,
    })
    expect(record.enrolledAt > first.enrolledAt).toBe(true)
    expect((await read()).json()).toEqual(record)
    expect((await service.get(student.token, '/api/enrollments')).json().items).toEqual([record])

    const events = await readEvents()
    expect(events.map(({ type, activation }) => [type, activation])).toEqual([
      ['enrollment.completed', 1],
      ['enrollment.progressed', 1],
      ['enrollment.cancelled', 1],
      ['enrollment.completed', 2],
    ])
    expect(events[0]).toMatchObject({ distribution_id: 'dist_1', cta_type: 'primary_button' })
    expect(events[3]).toEqual({
      type: 'enrollment.completed',
      enrollment_id: record.id,
      student_id: student.id,
      course_id: courseId,
      enrollment_type: 'free',
      enrolled_at: record.enrolledAt,
      source: 'manual',
      payment_status: 'free',
      activation: 2,
      distribution_id: 'dist_2',
    })
    const { rows } = await service.admin.query<{ payload: Buffer; headers: Buffer }>(
      `SELECT payload, headers FROM outbox WHERE channel = 'sns' AND log->'fields'->>'userId' = $1 ORDER BY id`,
      [student.id],
    )
    const attributes = rows.map(({ headers }) => Object.fromEntries(decodeHeaders(headers)))
    expect(attributes.map((each) => each['activation']?.toString())).toEqual(['1', '2'])
    expect(attributes[1]?.['enrollment_id']?.toString()).toBe(record.id)
    expect(JSON.parse(rows[1]?.payload.toString() ?? '')).toMatchObject({ enrolledAt: record.enrolledAt })
    expect(service.logged('Enrollment created').filter((line) => line['userId'] === student.id)).toHaveLength(2)
  })

  it('begins progress anew, and again with each activation', async () => {
    for (const activation of [1, 2, 3]) {
      expect((await enroll()).statusCode).toBe(201)
      expect((await enroll()).statusCode).toBe(200)
      expect((await progress(10)).json()).toMatchObject({ progress: 10 })
      expect((await readEvents()).at(-1)).toMatchObject({ activation, progress: 10 })
      await leave()
    }

    expect((await readEvents()).map(({ activation }) => activation)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
  })

  it('of one student 50 times at once is one activation, with one 201 and 49 times 200', async () => {
    await enroll()
    await leave()

    const answers = await Promise.all(Array.from({ length: 50 }, () => enroll()))

    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1)
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(49)
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect((await readEvents()).map(({ activation }) => activation)).toEqual([1, 1, 2])
  })

  it('to a course that was closed since is refused like any enrolment', async () => {
    await enroll()
    await leave()
    await service.ctx.db.transaction((tx) =>
      applyChange(tx, {
        tenantId: 'acme',
        distributionId: `dist_${courseId}`,
        courseId,
        isPublic: false,
        changedAt: '2025-12-29T10:30:00Z',
      }),
    )

    expect((await enroll()).json()).toMatchObject({ status: 404, code: 'course.not-found' })

    expect((await read()).statusCode).toBe(404)
    expect(await readEvents()).toHaveLength(2)
  })

  it('gets a later moment than all before, even if the clock of another instance was ahead', async () => {
    await enroll()
    await leave()
    const ahead = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '000Z')
    await service.admin.query('UPDATE enrollments SET updated_at = $2 WHERE course_id = $1', [courseId, ahead])

    await enroll()
    await progress(10)
    await leave()

    const moments = (await service.readEvents(student.id)).slice(2).map(({ timestamp }) => timestamp)
    expect(moments).toEqual([1, 2, 3].map((micros) => ahead.replace('000Z', `00${micros}Z`)))
    expect(await service.count('enrollments', `course_id = '${courseId}' AND updated_at = cancelled_at`)).toBe(1)
  })
})

describe('an account', () => {
  it.each([
    ['that is disabled', 'disabled', 403, 'account.disabled'],
    ['whose address is not verified', 'unverified', 403, 'account.unverified'],
    ['that is no student any more', 'editor', 403, 'role.insufficient'],
    ['that was erased', 'erased', 401, 'account.gone'],
  ] as const)('%s cannot enrol, and others in its batch can', async (_, change, status, code) => {
    const left = await anOpenCourse(service)
    await service.post(student.token, { courseId: left })
    await service.send('DELETE', student.token, `/api/enrollments/${left}`, { reason: 'other' })
    await alter(service, change, student)
    const others = await Promise.all(Array.from({ length: 8 }, () => aStudent(service)))

    const [answers, refused, refusedReturn] = await Promise.all([
      Promise.all(others.map(({ token }) => service.post(token, { courseId }))),
      enroll(),
      service.post(student.token, { courseId: left }),
    ])

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(201))
    for (const answer of [refused, refusedReturn]) expect(answer.json()).toMatchObject({ status, code })
    expect(await service.count('enrollments', `user_id = '${student.id}' AND cancelled_at IS NULL`)).toBe(0)
    expect(await readEvents()).toHaveLength(2)
  })

  it('that is being erased keeps nothing that its owner sends meanwhile', async () => {
    const other = await anOpenCourse(service)
    await enroll()
    const eraser = await service.admin.connect()
    await eraser.query('BEGIN')
    await alter({ admin: eraser }, 'erased', student)

    const answers = Promise.all([
      service.post(student.token, { courseId: other }),
      leave({ reason: 'other', comment: 'Hi' }),
    ])
    await waitUntilBlocked(service, 2)
    // Erasing also reaches what was written before, and must not wait for those who wait for it.
    await eraser.query('UPDATE enrollments SET cancellation_comment = NULL WHERE user_id = $1', [student.id])
    await eraser.query('COMMIT')
    eraser.release()

    const [enrolling, leaving] = await answers
    expect(enrolling.json()).toMatchObject({ status: 401, code: 'account.gone' })
    expect(leaving.json()).toMatchObject({ status: 404, code: 'enrollment.not-found' })
    expect(await service.count('enrollments', `user_id = '${student.id}' AND cancellation_comment IS NOT NULL`)).toBe(0)
    expect(await readEvents()).toHaveLength(1)
  })
})
