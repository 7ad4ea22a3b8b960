import { createHash } from 'node:crypto'
import type { ReceivedRecord } from '@coursewire/messaging'
import { aDeletedDistribution, anEnrollment, aPublishedDistribution } from '@coursewire/testing'
import { expect, test } from 'vitest'
import { describeDeadLetter } from '../src/records/record.ts'
import { insertRecords } from '../src/records/repository.ts'
import { openLog, startService } from './helpers.ts'

async function startWorld() {
  const log = await openLog()
  const service = await startService(log.databaseUrl)
  const list = async (query: Record<string, string>, tenantId?: string) => {
    const answer = await service.getAs('admin', `/api/admin/records?${new URLSearchParams(query)}`, tenantId)
    return answer.json()
  }
  return {
    ...log,
    ...service,
    list,
    listIds: async (query: Record<string, string>) => (await list(query)).items.map(({ id }: { id: string }) => id),
  }
}

/** A record of a dead-letter topic, as another app has written it. */
const aDeadLetter = (headers: Record<string, string>, value: Buffer | null): ReceivedRecord => ({
  topic: 'email-worker.dlq',
  partition: 0,
  offset: 7,
  appendedAt: new Date().toISOString(),
  key: Buffer.from([0, 255]),
  value,
  headers: Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, 'latin1')]),
})

test('an event is shown as it was received, with the fields that nobody here knows and with its place', async () => {
  const { store, list } = await startWorld()
  const event = { ...anEnrollment({ student_id: 'usr_1', course_id: 'course-1' }), mood: 'cheerful' }
  await store(event)

  expect((await list({})).items).toEqual([
    {
      id: '1',
      topic: 'enrollment.events.v1',
      partition: 0,
      offset: 1,
      appendedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      key: 'key',
      headers: [{ name: 'ce_type', value: 'enrollment.completed' }],
      type: 'enrollment.completed',
      eventId: event.id,
      correlationId: 'req-1',
      causationId: null,
      actor: 'usr_1',
      event,
      deadLetter: null,
    },
  ])
})

test('the value is kept byte for byte', async () => {
  const { db, store } = await startWorld()
  const event = anEnrollment()
  await store(event)

  const { rows } = await db.$client.query('SELECT value FROM records')
  expect(rows[0].value.toString()).toBe(JSON.stringify(event))
})

test('of a dead letter its place, headers, reason, size and hash are kept, but not its bytes', async () => {
  const { db, list } = await startWorld()
  const headers = { ce_tenantid: 'acme', ce_type: 'enrollment.completed', 'x-error-code': 'record.invalid-payload' }
  await db.transaction((tx) =>
    insertRecords(tx, [describeDeadLetter(aDeadLetter(headers, Buffer.from('ada@example.com')))]),
  )

  const [found] = (await list({})).items
  expect(found).toMatchObject({
    topic: 'email-worker.dlq',
    type: 'enrollment.completed',
    event: null,
    deadLetter: {
      reason: 'record.invalid-payload',
      bytes: 15,
      sha256: createHash('sha256').update('ada@example.com').digest('hex'),
    },
  })
})

test.each([
  ['no tenant', {}],
  ['a tenant with a control character', { ce_tenantid: 'ac\u0000me' }],
  ['a tenant that is too long', { ce_tenantid: 'x'.repeat(200) }],
])('a dead letter with %s is in the chain of the unknown tenant', async (_, headers) => {
  const { db, list } = await startWorld()

  await db.transaction((tx) => insertRecords(tx, [describeDeadLetter(aDeadLetter(headers, null))]))

  expect((await list({})).items).toEqual([])
  const { rows } = await db.$client.query('SELECT tenant_id, reason FROM records')
  expect(rows).toEqual([{ tenant_id: '-', reason: 'unknown' }])
})

test('admins find events by what they name, by who acted, by type and by time, a page at a time', async () => {
  const { store, listIds, list } = await startWorld()
  await store(
    anEnrollment({ student_id: 'usr_1', course_id: 'course-1' }),
    anEnrollment({ student_id: 'usr_2', course_id: 'course-1' }),
    aPublishedDistribution({ course_id: 'course-1' }),
    aDeletedDistribution({ deleted_by: 'usr_1' }),
  )

  expect(await listIds({ entity: 'course-1' })).toEqual(['3', '2', '1'])
  expect(await listIds({ entity: 'usr_1' })).toEqual(['4', '1'])
  expect(await listIds({ actor: 'usr_1' })).toEqual(['4', '1'])
  expect(await listIds({ type: 'distribution.published' })).toEqual(['3'])
  expect(await listIds({ since: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
  expect(
    await listIds({ since: '2020-01-01T00:00:00+02:00', until: new Date(Date.now() + 60_000).toISOString() }),
  ).toHaveLength(4)
  const first = await list({ limit: '3' })
  expect(first.nextCursor).toBe('2')
  expect(await listIds({ limit: '3', cursor: first.nextCursor })).toEqual(['1'])
})

test('nobody sees the records of another tenant, and only admins see any', async () => {
  const { store, list, getAs, get } = await startWorld()
  await store(anEnrollment({}, { correlationId: 'req-7' }))

  expect((await list({}, 'globex')).items).toEqual([])
  expect((await getAs('admin', '/api/admin/records/stories/req-7', 'globex')).json()).toEqual({
    items: [],
    isWhole: true,
  })
  expect((await getAs('admin', '/api/admin/records/export', 'globex')).body).toBe('')
  for (const path of ['records', 'records/stories/req-7', 'records/export']) {
    for (const role of ['student', 'editor', 'service'] as const) {
      expect((await getAs(role, `/api/admin/${path}`)).statusCode).toBe(403)
    }
    expect((await get(`/api/admin/${path}`)).statusCode).toBe(401)
  }
})

test('the story of a request has each event after its cause, whenever Kafka got it', async () => {
  const { store, getAs } = await startWorld()
  const about = { correlationId: 'req-9' }
  const cause = anEnrollment({}, about)
  const effect = anEnrollment({}, about)
  effect.meta.causation_id = cause.id
  // Stored first, as if the clock of its broker were behind.
  await store(effect)
  await store(anEnrollment(), cause)

  const answer = await getAs('admin', '/api/admin/records/stories/req-9')

  expect(answer.json().items.map(({ eventId }: { eventId: string }) => eventId)).toEqual([cause.id, effect.id])
})

test('the export has every record on a line of its own, the oldest first', async () => {
  const { store, getAs } = await startWorld()
  const events = Array.from({ length: 1_203 }, () => anEnrollment())
  await store(...events)

  const answer = await getAs('admin', '/api/admin/records/export?since=2020-01-01T00:00:00Z')

  expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  const lines = answer.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ eventId }) => eventId)).toEqual(events.map(({ id }) => id))
})
