import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventEnvelope } from '@coursewire/events'
import type { Transaction } from '@coursewire/service-kit'
import { aDeletedDistribution, anUnpublishedDistribution, aPublishedDistribution } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { provisionClient } from '../src/accounts/provision.ts'
import { courseHandlers } from '../src/courses/handlers.ts'
import { aStudent, environment, type Service, serve, startService } from './helpers.ts'

/** A stand-in for distribution-service. It has courses by id and records the requests. */
async function startCatalogue() {
  const courses = new Map<string, { public: boolean }>()
  const asked: string[] = []
  const behaviour = { statusCode: 200, whileAsked: async () => {} }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const courseId = decodeURIComponent(request.url?.replace('/internal/courses/', '') ?? '')
    asked.push(courseId)
    const course = courses.get(courseId)
    await behaviour.whileAsked()
    if (!request.headers.authorization) response.writeHead(401).end()
    else if (behaviour.statusCode !== 200) response.writeHead(behaviour.statusCode).end()
    else if (!course) response.writeHead(404).end()
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ courseId, ...course }))
  }
  const server = await serve((request, response) => void answer(request, response))
  return { ...server, courses, asked, behaviour }
}

let catalogue: Awaited<ReturnType<typeof startCatalogue>>
let service: Service
let student: Awaited<ReturnType<typeof aStudent>>
beforeAll(async () => {
  catalogue = await startCatalogue()
  service = await startService({ DISTRIBUTION_SERVICE_URL: catalogue.url })
  const { SERVICE_CLIENT_ID: id, SERVICE_CLIENT_SECRET: secret } = environment
  await provisionClient(service.ctx.db, { id, secret, tenants: ['acme', 'globex'] })
})
beforeEach(async () => {
  student = await aStudent(service)
  catalogue.asked.length = 0
  Object.assign(catalogue.behaviour, { statusCode: 200, whileAsked: async () => {} })
})
afterAll(async () => {
  await service.close()
  await catalogue.close()
})

interface Distribution {
  id: string
  courseId: string
}
const aDistribution = (courseId = `course-${randomUUID()}`): Distribution => ({ id: `dist_${randomUUID()}`, courseId })

const published = ({ id, courseId }: Distribution, at: string, tenantId = 'acme') =>
  aPublishedDistribution({ distribution_id: id, course_id: courseId, published_at: at }, { tenantId })
const unpublished = ({ id }: Distribution, at: string) =>
  anUnpublishedDistribution({ distribution_id: id, unpublished_at: at })
const deleted = ({ id, courseId }: Distribution, at: string) =>
  aDeletedDistribution({ distribution_id: id, course_id: courseId, deleted_at: at })

const handle = async (tx: Transaction, event: EventEnvelope) => {
  const handler = courseHandlers.find(({ type }) => type === event.type)
  if (!handler) throw new Error(`nobody handles ${event.type}`)
  await handler.handle(tx, [event])
}
const consume = async (...events: EventEnvelope[]) => {
  for (const event of events) await service.ctx.db.transaction((tx) => handle(tx, event))
}
const enroll = async (courseId: string, token = student.token) => (await service.post(token, { courseId })).statusCode

const [noon, later, latest] = ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00.000001Z', '2026-01-01T12:00:00.000002Z']

describe('events', () => {
  it('open a course in its tenant only when a distribution is published', async () => {
    const distribution = aDistribution()
    const stranger = await aStudent(service, { tenantId: 'globex' })

    await consume(published(distribution, noon))

    expect(await enroll(distribution.courseId)).toBe(201)
    expect(await enroll(distribution.courseId, stranger.token)).toBe(404)
  })

  it('close a course when its distribution is unpublished or deleted', async () => {
    for (const close of [unpublished, deleted]) {
      const distribution = aDistribution()

      await consume(published(distribution, noon), close(distribution, later))

      expect(await enroll(distribution.courseId)).toBe(404)
    }
    expect(catalogue.asked).toEqual([])
  })

  it('keep a course open while at least one of its distributions is public', async () => {
    const first = aDistribution()
    const second = aDistribution(first.courseId)

    await consume(published(first, noon), published(second, noon), unpublished(first, later))
    expect(await enroll(first.courseId)).toBe(201)

    await consume(deleted(second, later))
    expect(await enroll(first.courseId, (await aStudent(service)).token)).toBe(404)
  })

  it('win over a stored moment in the future', async () => {
    const distribution = aDistribution()
    await consume(published(distribution, noon))
    await service.admin.query(`UPDATE distributions SET changed_at = '2099-01-01' WHERE distribution_id = $1`, [
      distribution.id,
    ])

    await consume(unpublished(distribution, later))
    expect(await enroll(distribution.courseId)).toBe(404)

    await consume(published(distribution, noon))
    expect(await enroll(distribution.courseId)).toBe(404)
  })

  it('with an older moment never win, to the microsecond, and do not revive a deleted distribution', async () => {
    const [a, b, c] = [aDistribution(), aDistribution(), aDistribution()]

    await consume(unpublished(a, later), published(a, noon))
    await consume(published(b, later), unpublished(b, noon))
    await consume(deleted(c, later), published(c, noon))

    expect(await enroll(a.courseId)).toBe(404)
    expect(await enroll(b.courseId)).toBe(201)
    expect(await enroll(c.courseId)).toBe(404)
    expect(catalogue.asked).toEqual([])
  })

  it('change nothing when they are repeated', async () => {
    const distribution = aDistribution()
    const [event, after] = [published(distribution, noon), unpublished(distribution, later)]

    await consume(event, event, after, event)

    expect(await enroll(distribution.courseId)).toBe(404)
    const { rows } = await service.admin.query(
      `SELECT is_public, changed_at::text FROM distributions WHERE distribution_id = $1`,
      [distribution.id],
    )
    expect(rows).toEqual([{ is_public: false, changed_at: expect.stringContaining(':00:00.000001') }])
  })

  it('with data that Postgres cannot hold fail by their own fault and leave nothing behind', async () => {
    const event = published(aDistribution(), noon)
    // The parser would refuse this event, so it is handled directly.
    const poison = { ...event, payload: { ...event.payload, published_at: '0000-01-01T00:00:00Z' } }

    const failure = consume(poison)

    await expect(failure).rejects.toMatchObject({ cause: { code: expect.stringMatching(/^22/) } })
    expect(await enroll(poison.payload.course_id)).toBe(404)
  })

  it('fail as an outage when the database goes away, and can be handled again', async () => {
    const distribution = aDistribution()
    const event = published(distribution, noon)

    const failure = service.ctx.db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
      await handle(tx, event)
      await service.admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
      await handle(tx, unpublished(distribution, latest))
    })

    await expect(failure).rejects.toMatchObject({ message: expect.stringMatching(/Failed query|terminat/i) })
    expect(await service.count('enrollments', `course_id = '${distribution.courseId}'`)).toBe(0)
    await consume(event)
    expect(await enroll(distribution.courseId)).toBe(201)
  })
})

describe('a course that no event has mentioned', () => {
  it('is asked about once, however many requests want it, and the answer is remembered', async () => {
    const courseId = `course-${randomUUID()}`
    catalogue.courses.set(courseId, { public: true })
    const students = await Promise.all(Array.from({ length: 20 }, () => aStudent(service)))

    let openGate = () => {}
    const gate = new Promise<void>((resolve) => {
      openGate = resolve
    })
    catalogue.behaviour.whileAsked = () => gate

    const enrolling = Promise.all(students.map(({ token }) => enroll(courseId, token)))
    // When these other requests have ended, all of the above have reached the question.
    for (let index = 0; index < 40; index++) await service.get(student.token, '/api/enrollments')
    openGate()

    expect(await enrolling).toEqual(Array(20).fill(201))
    expect(await enroll(courseId)).toBe(201)
    expect(catalogue.asked).toEqual([courseId])
  })

  it.each([
    ['private', { public: false }],
    ['unknown', undefined],
  ] as const)('and is %s: the same 404', async (_, course) => {
    const courseId = `course-${randomUUID()}`
    if (course) catalogue.courses.set(courseId, course)

    const first = await service.post(student.token, { courseId })
    const second = await service.post(student.token, { courseId })

    for (const answer of [first, second]) {
      expect(answer.statusCode).toBe(404)
      expect(answer.json()).toMatchObject({ code: 'course.not-found', title: 'Course not found' })
    }
    expect(catalogue.asked).toEqual([courseId])
    expect(await service.count('outbox', `log->'fields'->>'courseId' = '${courseId}'`)).toBe(0)
  })

  it('and was deleted is as absent as an unknown one', async () => {
    catalogue.behaviour.statusCode = 410

    const refused = await service.post(student.token, { courseId: `course-${randomUUID()}` })

    expect(refused.json()).toMatchObject({ status: 404, code: 'course.not-found' })
  })

  it('is answered with 503 while distribution-service is down, and then asked about again', async () => {
    const courseId = `course-${randomUUID()}`
    catalogue.courses.set(courseId, { public: true })
    catalogue.behaviour.statusCode = 500

    const refused = await service.post(student.token, { courseId })
    expect(refused.statusCode).toBe(503)
    expect(refused.headers['retry-after']).toBe('2')

    catalogue.behaviour.statusCode = 200
    expect(await enroll(courseId)).toBe(201)
  })

  it('of a tenant that is forbidden to this service is refused as forbidden, not as an outage', async () => {
    const courseId = `course-${randomUUID()}`
    catalogue.courses.set(courseId, { public: true })
    const stranger = await aStudent(service, { tenantId: 'initech' })

    const refused = await service.post(stranger.token, { courseId })

    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'tenant.forbidden', title: 'Not available for this tenant' })
    expect(catalogue.asked).toEqual([])
    expect(await enroll(courseId)).toBe(201)
  })

  it('follows a later event instead of the answer', async () => {
    const [opened, closed] = [aDistribution(), aDistribution()]
    catalogue.courses.set(opened.courseId, { public: false }).set(closed.courseId, { public: true })
    expect(await enroll(opened.courseId)).toBe(404)
    expect(await enroll(closed.courseId)).toBe(201)

    await consume(published(opened, noon), deleted(closed, noon))

    expect(await enroll(opened.courseId)).toBe(201)
    expect(await enroll(closed.courseId, (await aStudent(service)).token)).toBe(404)
    expect(catalogue.asked).toHaveLength(2)
  })

  it('is asked about again after an unpublished distribution that may have been its only public one', async () => {
    const distribution = aDistribution()
    catalogue.courses.set(distribution.courseId, { public: true })
    expect(await enroll(distribution.courseId)).toBe(201)

    catalogue.courses.set(distribution.courseId, { public: false })
    await consume(unpublished(distribution, noon))

    expect(await enroll(distribution.courseId, (await aStudent(service)).token)).toBe(404)
    expect(catalogue.asked).toEqual([distribution.courseId, distribution.courseId])
  })

  it('ignores an answer that an event has overtaken', async () => {
    const distribution = aDistribution()
    catalogue.courses.set(distribution.courseId, { public: true })
    catalogue.behaviour.whileAsked = () => consume(deleted(distribution, noon))

    expect(await enroll(distribution.courseId)).toBe(404)
  })
})
