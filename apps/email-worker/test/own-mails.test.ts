import { loadConfig } from '@coursewire/service-kit'
import { aCancelledEnrollment, anEnrollment } from '@coursewire/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { anAccountEvent } from './account-events.ts'
import { logger, openLedger } from './ledger.ts'
import { startNeighbours } from './neighbours.ts'

const ledger = await openLedger()
beforeEach(async () => {
  await ledger.clear()
  await ledger.pause()
})

/** Starts a worker, which sends nothing, for a person who is signed in. */
async function startWorld() {
  const { env, issue } = await startNeighbours()
  const settings = { ...env, DATABASE_URL: ledger.databaseUrl, KAFKA_BROKERS: '127.0.0.1:9' }
  const context = await createContext(loadConfig(configSchema, settings), logger)
  const app = await buildApp(context)
  onTestFinished(async () => {
    await app.close()
    await context.close()
  })
  return async (method: 'GET' | 'POST', path: string, person: string, tenantId = 'acme') => {
    const headers = { authorization: `Bearer ${await issue('student', tenantId, person)}` }
    const answer = await app.inject({ method, url: `/api/me/mails${path}`, headers })
    const { statusCode: status, headers: answered } = answer
    return { status, retryAfter: Number(answered['retry-after']), body: answer.body === '' ? null : answer.json() }
  }
}

/** Enrols the person, and sets the state of the mail. */
async function aMail(person: string, status: string, courseId: string) {
  await ledger.handle(anEnrollment({ student_id: person, course_id: courseId }))
  const { rows } = await ledger.pool.query(
    `UPDATE emails SET status = $1, message_id = CASE WHEN $1 IN ('sent', 'delayed', 'delivered', 'bounced', 'complained') THEN id END,
                       due_at = now() + interval '1 hour'
     WHERE recipient = $2 AND fact = $3 RETURNING id`,
    [status, person, courseId],
  )
  return rows[0].id as string
}

test('people see the mails to them and what became of each, newest first', async () => {
  const call = await startWorld()
  const states = {
    pending: 'waiting',
    sent: 'sent',
    delayed: 'sent',
    delivered: 'delivered',
    bounced: 'returned',
    complained: 'returned',
    suppressed: 'returned',
    failed: 'failed',
    unknown: 'uncertain',
  }
  for (const status of Object.keys(states)) await aMail('usr_1', status, `course of ${status}`)
  await aMail('usr_2', 'sent', 'course-1')

  const { body } = await call('GET', '', 'usr_1')

  expect(body.items.map(({ courseId, state }: { courseId: string; state: string }) => [courseId, state])).toEqual(
    Object.entries(states)
      .map(([status, state]) => [`course of ${status}`, state])
      .toReversed(),
  )
  expect(body.items.filter(({ maySendAgain }: { maySendAgain: boolean }) => !maySendAgain)).toMatchObject([
    { state: 'waiting' },
  ])
  const page = await call('GET', '?limit=5', 'usr_1')
  expect((await call('GET', `?cursor=${page.body.nextCursor}`, 'usr_1')).body.items).toHaveLength(4)
  expect((await call('GET', '', 'usr_1', 'globex')).body.items).toEqual([])
})

test('a mail about the account names no course, and one that was withdrawn is not listed', async () => {
  const call = await startWorld()
  await ledger.handle(anAccountEvent('password_reset', { account_id: 'usr_1' }))
  await ledger.handle(anEnrollment({ student_id: 'usr_1' }), aCancelledEnrollment({ student_id: 'usr_1' }))

  const { body } = await call('GET', '', 'usr_1')

  expect(body.items).toMatchObject([
    { template: 'enrollment_cancelled', courseId: 'course-1' },
    { template: 'password_reset', courseId: null, maySendAgain: false },
  ])
})

test('a person has a mail sent again, once a day', async () => {
  const call = await startWorld()
  const id = await aMail('usr_1', 'delivered', 'course-1')
  const again = () => call('POST', `/${id}/send-again`, 'usr_1')

  expect((await again()).status).toBe(202)

  expect(await ledger.find('usr_1')).toMatchObject({ status: 'pending', changedBy: 'recipient' })
  expect(await again()).toMatchObject({ status: 409, body: { code: 'mail.pending' } })
  await ledger.pool.query(`UPDATE emails SET status = 'delivered', message_id = id, changed_by = 'ses'`)
  const refused = await again()
  expect(refused).toMatchObject({ status: 429, body: { code: 'mail.too-often' } })
  expect(refused.retryAfter).toBeGreaterThan(86_000)
  await ledger.pool.query(`UPDATE email_history SET at = at - interval '25 hours'`)
  expect((await again()).status).toBe(202)
})

test('a person has five mails a day sent again', async () => {
  const call = await startWorld()
  const ids: string[] = []
  for (let course = 1; course <= 6; course += 1) ids.push(await aMail('usr_1', 'delivered', `course-${course}`))
  const other = await aMail('usr_2', 'delivered', 'course-1')

  const answers: number[] = []
  for (const id of ids) answers.push((await call('POST', `/${id}/send-again`, 'usr_1')).status)

  expect(answers).toEqual([202, 202, 202, 202, 202, 429])
  expect((await call('POST', `/${other}/send-again`, 'usr_2')).status).toBe(202)
})

test("neither somebody else's mail nor one with a link is sent again", async () => {
  const call = await startWorld()
  const id = await aMail('usr_1', 'delivered', 'course-1')
  await ledger.handle(anAccountEvent('password_reset', { account_id: 'usr_2' }))
  await ledger.pool.query(`UPDATE emails SET status = 'sent', message_id = id WHERE recipient = 'usr_2'`)
  const link = await ledger.find('usr_2')

  const absent = { status: 404, body: { code: 'mail.not-found' } }
  expect(await call('POST', `/${id}/send-again`, 'usr_2')).toMatchObject(absent)
  expect(await call('POST', `/${id}/send-again`, 'usr_1', 'globex')).toMatchObject(absent)
  expect(await call('POST', `/${link.id}/send-again`, 'usr_2')).toMatchObject({
    status: 409,
    body: { code: 'mail.not-repeatable' },
  })
})
