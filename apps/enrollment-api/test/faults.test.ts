import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { type PublishedMessage, startAwsLocal } from '@coursewire/aws-local'
import { ownPostgres, startLossyProxy, waitFor } from '@coursewire/servers'
import { createPool, migrate, now } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { migrations } from '../src/db/migrations.ts'
import { draftEnrollment, draftReturn } from '../src/enrollments/enrollment.ts'
import { findStored, writeEnrollments } from '../src/enrollments/repository.ts'
import { anOpenCourse, aStudent, type Service, startService, topicArn } from './helpers.ts'

async function start(overrides?: Record<string, string>): Promise<Service> {
  const service = await startService(overrides)
  onTestFinished(() => service.close())
  return service
}

describe('with Kafka and SNS down', () => {
  it('a student still enrols, and SNS gets the message when it is back, even if Kafka is not', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'coursewire-sns-'))
    onTestFinished(() => rm(dataDir, { recursive: true }))
    const aws = await startAwsLocal({ port: 0, dataDir })
    onTestFinished(() => aws.close())
    vi.stubEnv('AWS_ENDPOINT_URL_SNS', aws.url)
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'any')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any')
    const sns = new SNSClient({})
    onTestFinished(() => sns.destroy())
    await sns.send(new CreateTopicCommand({ Name: 'enrollment-completed' }))
    const setFault = (method: string, body?: object) =>
      fetch(`${aws.url}/_faults`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
    await setFault('PUT', { service: 'sns', kind: 'error' })
    const service = await start()
    const [student, courseId] = [await aStudent(service), await anOpenCourse(service)]
    service.ctx.messaging.start()

    const answer = await service.post(student.token, { courseId })

    expect(answer.statusCode).toBe(201)
    const fields = { userId: student.id, courseId }
    await waitFor(() =>
      service
        .logged('Failed to publish enrollment event')
        .some((line) => line['destination'] === 'sns' && line['userId'] === student.id),
    )
    expect(await service.count('outbox', `channel = 'sns'`)).toBe(1)

    await setFault('DELETE')

    await waitFor(async () => (await service.count('outbox', `channel = 'sns'`)) === 0)
    const published = (await (await fetch(`${aws.url}/_published`)).json()) as PublishedMessage[]
    expect(published).toEqual([expect.objectContaining({ topicArn, subject: 'Enrollment Completed' })])
    expect(JSON.parse(published[0]?.message ?? '')).toMatchObject({ studentId: student.id, courseId })
    expect(published[0]?.messageAttributes['enrollment_id']).toEqual({ type: 'String', value: answer.json().id })
    expect(service.logged('Enrollment completed event published')).toEqual([
      expect.objectContaining({ ...fields, destination: 'sns' }),
    ])
    expect(await service.count('outbox', `channel = 'kafka'`)).toBe(1)
    expect((await service.app.inject('/health/ready')).statusCode).toBe(200)
    expect((await service.app.inject('/health/live')).statusCode).toBe(200)
  })

  it('no row is written for SNS if SNS is switched off', async () => {
    const service = await start({ ENROLLMENT_COMPLETED_TOPIC_ARN: 'off' })
    const [student, courseId] = [await aStudent(service), await anOpenCourse(service)]

    const answer = await service.post(student.token, { courseId })

    expect(answer.statusCode).toBe(201)
    expect(await service.count('outbox', `channel = 'kafka'`)).toBe(1)
    expect(await service.count('outbox', `channel = 'sns'`)).toBe(0)
  })
})

describe('on a database without tables', () => {
  it('the service is not ready', async () => {
    const service = await start()
    await service.admin.query('DROP SCHEMA public, drizzle CASCADE')

    expect((await service.app.inject('/health/ready')).statusCode).toBe(503)
  })
})

describe('with Postgres stopped', () => {
  it('every request that needs it is answered with 503 and Retry-After, and recovers by itself', async () => {
    const postgres = await ownPostgres()
    onTestFinished(() => postgres.stop())
    await migrate(postgres.url, migrations)
    const service = await start({ DATABASE_URL: postgres.url })
    const student = await aStudent(service)
    const [before, during] = [await anOpenCourse(service), await anOpenCourse(service)]
    expect((await service.post(student.token, { courseId: before })).statusCode).toBe(201)

    await postgres.stop()

    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => service.post(student.token, { courseId: during })),
      service.get(student.token, '/api/enrollments'),
      service.app.inject({ method: 'POST', url: '/auth/signin', payload: { email: 'a@example.com', password: 'x' } }),
    ])
    for (const answer of answers) {
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['retry-after']).toBe('2')
      expect(answer.json()).toMatchObject({ code: 'service.unavailable', title: 'Service Unavailable' })
    }

    await postgres.restart()

    const recovered = await waitFor(async () => {
      const answer = await service.post(student.token, { courseId: during })
      return answer.statusCode === 503 ? null : answer
    })
    expect(recovered.statusCode).toBe(201)
    expect((await service.post(student.token, { courseId: before })).statusCode).toBe(200)
    expect(await service.count('enrollments')).toBe(2)
    expect(await service.count('outbox')).toBe(4)
  })
})

describe('with a Postgres that accepts no writes', () => {
  it('enrolling is answered with 503 and Retry-After and recovers by itself, while reading still works', async () => {
    const service = await start()
    const [student, before, during] = [
      await aStudent(service),
      await anOpenCourse(service),
      await anOpenCourse(service),
    ]
    await service.post(student.token, { courseId: before })
    const database = new URL(service.config.DATABASE_URL).pathname.slice(1)
    await service.admin.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`)
    await service.admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                               WHERE datname = current_database() AND application_name = 'enrollment-api'`)

    const refused = await service.post(student.token, { courseId: during })
    expect(refused.statusCode).toBe(503)
    expect(refused.headers['retry-after']).toBe('2')
    expect((await service.get(student.token, `/api/enrollments/${before}`)).statusCode).toBe(200)

    await service.admin.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`)
    const recovered = await waitFor(async () => {
      const answer = await service.post(student.token, { courseId: during })
      return answer.statusCode === 503 ? null : answer
    })
    expect(recovered.statusCode).toBe(201)
  })
})

describe('a connection that is cut after the COMMIT has left', () => {
  async function startBehindProxy() {
    const database = await createTestDatabase()
    onTestFinished(() => database.drop())
    const proxy = await startLossyProxy(database.adminUrl)
    onTestFinished(() => proxy.close())
    return { proxy, service: await start({ DATABASE_URL: proxy.url }) }
  }

  it('changes no answer: the request that wrote the row gets 201, and there is one event', async () => {
    const { proxy, service } = await startBehindProxy()
    const [student, courseId] = [await aStudent(service), await anOpenCourse(service)]

    proxy.loseAnswerTo('write-enrollments')
    const answer = await service.post(student.token, { courseId })

    expect(proxy.countLost()).toBe(1)
    expect(answer.statusCode).toBe(201)
    expect((await service.get(student.token, `/api/enrollments/${courseId}`)).json()).toEqual(answer.json())
    expect((await service.post(student.token, { courseId })).statusCode).toBe(200)
    expect(await service.count('enrollments')).toBe(1)
    expect(await service.count('outbox')).toBe(2)
  })

  it('changes no answer to a return either', async () => {
    const { proxy, service } = await startBehindProxy()
    const [student, courseId] = [await aStudent(service), await anOpenCourse(service)]
    await service.post(student.token, { courseId })
    await service.send('DELETE', student.token, `/api/enrollments/${courseId}`, { reason: 'other' })

    // The statement that writes the return holds its event.
    proxy.loseAnswerTo('"activation":2')
    const answer = await service.post(student.token, { courseId })

    expect(proxy.countLost()).toBe(1)
    expect(answer.statusCode).toBe(201)
    expect((await service.post(student.token, { courseId })).json()).toEqual(answer.json())
    const events = await service.readEvents(student.id)
    expect(events.map(({ type }) => type)).toEqual([
      'enrollment.completed',
      'enrollment.cancelled',
      'enrollment.completed',
    ])
  })

  it('gives each request of a batch its true answer', async () => {
    const { proxy, service } = await startBehindProxy()
    const students = await Promise.all(Array.from({ length: 30 }, () => aStudent(service)))
    const courseId = await anOpenCourse(service)
    const early = students.slice(0, 10)
    for (const { token } of early) await service.post(token, { courseId })

    proxy.loseAnswerTo('write-enrollments')
    const answers = await Promise.all(students.map(({ token }) => service.post(token, { courseId })))

    expect(proxy.countLost()).toBe(1)
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(10).fill(200), ...Array(20).fill(201)])
    expect(await service.count('enrollments')).toBe(30)
    expect(await service.count('outbox')).toBe(60)
  })
})

describe('two instances on one database', () => {
  it('answer the same enrolments once with 201 and once with 200, with the same records', async () => {
    const first = await start()
    const second = await start({ DATABASE_URL: first.config.DATABASE_URL })
    const students = await Promise.all(Array.from({ length: 40 }, () => aStudent(first)))
    const courseIds = await Promise.all(Array.from({ length: 10 }, () => anOpenCourse(first)))
    const pairs = students.flatMap(({ token }) => courseIds.map((courseId) => ({ token, courseId })))

    const answers = await Promise.all(
      pairs.map(({ token, courseId }) =>
        Promise.all([first, second].map((instance) => instance.post(token, { courseId }))),
      ),
    )

    for (const [one, other] of answers) {
      expect(new Set([one?.statusCode, other?.statusCode])).toEqual(new Set([200, 201]))
      expect(one?.json()).toEqual(other?.json())
    }
    expect(await first.count('enrollments')).toBe(400)
    expect(await first.count('outbox')).toBe(800)
  })

  it('write the same enrolments and returns in opposite order without a deadlock', async () => {
    const service = await start()
    const pool = createPool({ url: service.config.DATABASE_URL, max: 2, name: 'test', logger: service.ctx.logger })
    onTestFinished(() => pool.end())
    const students = await Promise.all(Array.from({ length: 200 }, () => aStudent(service)))
    const meta = { tenantId: 'acme', correlationId: 'req-1', causationId: null }
    const draftAll = (courseId: string) =>
      students.map(({ id: userId }) => {
        const order = { userId, courseId, source: 'manual' as const, meta, traceparent: undefined }
        const at = now()
        const occasion = { id: `enr_${randomUUID()}`, activation: 1, createdAt: at, at, eventId: randomUUID() }
        return draftEnrollment(order, occasion, topicArn)
      })
    const draftReturns = async (courseId: string) => {
      const found = [...(await findStored(service.ctx.db, draftAll(courseId)))]
      return found.flatMap(([draft, { stored }]) =>
        stored ? [draftReturn(draft, stored, randomUUID(), topicArn)] : [],
      )
    }
    const countWritten = (written: Set<unknown>[]) => written.reduce((sum, { size }) => sum + size, 0)

    for (let round = 0; round < 20; round++) {
      const courseId = await anOpenCourse(service)
      const first = await Promise.all([
        writeEnrollments(pool, draftAll(courseId)),
        writeEnrollments(pool, draftAll(courseId).toReversed()),
      ])
      await service.admin.query('UPDATE enrollments SET cancelled_at = now() WHERE course_id = $1', [courseId])
      const [some, others] = [await draftReturns(courseId), await draftReturns(courseId)]
      const again = await Promise.all([writeEnrollments(pool, some), writeEnrollments(pool, others.toReversed())])

      expect([first, again].map(countWritten)).toEqual([200, 200])
    }
    expect(await service.count('outbox')).toBe(20 * 2 * 200 * 2)
  })
})
