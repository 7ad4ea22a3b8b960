import { randomUUID } from 'node:crypto'
import { loadConfig } from '@coursewire/service-kit'
import { aCancelledEnrollment, anEnrollment } from '@coursewire/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { sesEvent, takeFeedback } from '../src/emails/feedback.ts'
import { claim, settle } from '../src/emails/repository.ts'
import { findSuppression, hashAddress } from '../src/emails/suppression.ts'
import { anAccountEvent } from './account-events.ts'
import { anAddressHash, keepLines, openLedger, sentAs } from './ledger.ts'
import { aRequest, startNeighbours } from './neighbours.ts'

const ledger = await openLedger()
beforeEach(async () => {
  await ledger.clear()
  await ledger.pause()
})

const email = 'anna@example.com'
const reason = 'Lost by their server'

/** Starts a worker, which sends nothing. */
async function startWorld() {
  const { env, issue, state } = await startNeighbours()
  const { lines, logger } = keepLines()
  const settings = { ...env, DATABASE_URL: ledger.databaseUrl, KAFKA_BROKERS: '127.0.0.1:9' }
  const context = await createContext(loadConfig(configSchema, settings), logger)
  const app = await buildApp(context)
  onTestFinished(async () => {
    await app.close()
    await context.close()
  })
  async function call(method: 'GET' | 'POST', path: string, options: { body?: object; tenantId?: string } = {}) {
    const { body, tenantId } = options
    const headers = { authorization: `Bearer ${await issue('admin', tenantId)}` }
    const answer = await app.inject({ method, url: `/api/admin/${path}`, headers, ...(body && { payload: body }) })
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
  }
  return {
    call,
    state,
    lines,
    addressHash: hashAddress(email, env.ADDRESS_HASH_KEY),
    bounce: async (mailId: string) => {
      const bounce = { bounceType: 'Permanent', bounceSubType: 'General', bouncedRecipients: [{ emailAddress: email }] }
      const event = sesEvent.parse({ eventType: 'Bounce', mail: { messageId: mailId }, bounce })
      await takeFeedback(ledger.db, [{ snsMessageId: randomUUID(), event }], env.ADDRESS_HASH_KEY)
    },
  }
}

type World = Awaited<ReturnType<typeof startWorld>>
const resend = ({ call }: World, id: string, tenantId = 'acme') =>
  call('POST', `mails/${id}/resend`, { body: { reason }, tenantId })

async function aSentMail(changes: object = {}) {
  const event = anEnrollment(changes)
  await ledger.handle(event)
  const mail = await ledger.find(event.payload.student_id)
  await claim(ledger.db, mail, anAddressHash)
  await settle(ledger.db, { ...mail, attempt: 1 }, sentAs(mail.id))
  return { ...mail, event }
}

test('admins find the mails of their tenant by account, course, kind and state, a page at a time', async () => {
  const { call } = await startWorld()
  const mails = [await aSentMail(), await aSentMail({ course_id: 'other' }), await aSentMail()]
  const [oldest, middle, newest] = mails.map(({ id }) => id)
  const find = async (query: string, tenantId?: string) => {
    const { body } = await call('GET', `mails?${query}`, { ...(tenantId && { tenantId }) })
    return { ids: body.items.map(({ id }: { id: string }) => id), nextCursor: body.nextCursor }
  }

  expect(await find('')).toEqual({ ids: [newest, middle, oldest], nextCursor: null })
  expect(await find('limit=2')).toEqual({ ids: [newest, middle], nextCursor: middle })
  expect((await find(`limit=2&cursor=${middle}`)).ids).toEqual([oldest])
  expect((await find(`recipient=${mails[0]?.recipient}`)).ids).toEqual([oldest])
  expect((await find('courseId=other')).ids).toEqual([middle])
  expect((await find('template=verification')).ids).toEqual([])
  expect((await find('status=sent&template=welcome')).ids).toHaveLength(3)
  expect((await find('', 'globex')).ids).toEqual([])
  await ledger.pool.query(`UPDATE emails SET created_at = created_at - interval '2 hours' WHERE id = $1`, [oldest])
  const since = new Date(Date.now() - 3_600_000).toISOString()
  expect((await find(`since=${since}`)).ids).toEqual([newest, middle])
})

test('an admin sees a mail with all that became of it, but none of another tenant', async () => {
  const { call, bounce } = await startWorld()
  const { id } = await aSentMail()
  await bounce(id)

  const { status, body } = await call('GET', `mails/${id}`)
  const elsewhere = await call('GET', `mails/${id}`, { tenantId: 'globex' })

  expect(status).toBe(200)
  expect(body).toMatchObject({ id, status: 'bounced', addressSuppressedAt: expect.any(String) })
  expect(body.history).toMatchObject(['pending', 'sending', 'sent', 'bounced'].map((was) => ({ status: was })))
  expect(elsewhere).toMatchObject({ status: 404, body: { code: 'mail.not-found' } })
})

test('a mail that SES has accepted is sent again, and its history says who wanted that and why', async () => {
  const world = await startWorld()
  const { id, recipient } = await aSentMail()

  expect(await resend(world, id)).toEqual({ status: 202, body: { mayArriveTwice: true } })

  expect(await ledger.history(id)).toMatchObject([
    { status: 'pending' },
    { status: 'sending' },
    { status: 'sent' },
    { status: 'pending', changedBy: 'enrollment-api', reason },
  ])
  expect(await ledger.find(recipient)).toMatchObject({ messageId: null })
  expect(world.lines).toContainEqual(expect.objectContaining({ msg: 'Email resent by an admin', emailId: id }))
})

test('a mail that was certainly not sent arrives once', async () => {
  const world = await startWorld()
  const { student_id } = anEnrollment().payload
  await ledger.handle(anEnrollment({ student_id }))
  const mail = await ledger.find(student_id)
  await settle(ledger.db, mail, { status: 'failed', reason: 'x', failure: 'fault' })

  expect(await resend(world, mail.id)).toEqual({ status: 202, body: { mayArriveTwice: false } })
})

test('a mail is not resent if it is about to be sent, was withdrawn, or belongs to another tenant', async () => {
  const world = await startWorld()
  const event = anEnrollment()
  const { student_id, course_id } = event.payload
  await ledger.handle(event)
  const { id } = await ledger.find(student_id)
  const sent = await aSentMail()

  expect(await resend(world, id)).toMatchObject({ status: 409, body: { code: 'mail.pending' } })
  await ledger.handle(aCancelledEnrollment({ student_id, course_id }))
  expect(await resend(world, id)).toMatchObject({ status: 409, body: { code: 'mail.withdrawn' } })
  expect(await resend(world, sent.id, 'globex')).toMatchObject({ status: 404, body: { code: 'mail.not-found' } })
  expect(await ledger.find(sent.recipient)).toMatchObject({ status: 'sent' })
})

test('a mail to a suppressed address is resent when an admin has lifted the suppression', async () => {
  const world = await startWorld()
  const { call, addressHash } = world
  const bounced = await aSentMail()
  await world.bounce(bounced.id)
  await ledger.handle(anEnrollment({ student_id: bounced.recipient, course_id: 'next' }))
  const [next] = (await ledger.list()).filter(({ fact }) => fact === 'next')
  const id = next?.id ?? expect.unreachable()
  await settle(ledger.db, next ?? expect.unreachable(), { status: 'suppressed', reason: 'an earlier mail bounced' })

  expect(await resend(world, id)).toMatchObject({ status: 409, body: { code: 'mail.suppressed' } })
  expect((await call('POST', 'suppressions/lookup', { body: { email: 'ANNA@example.com' } })).body).toEqual({
    suppression: { reason: 'bounced', since: expect.any(String), mailId: bounced.id },
  })
  expect((await call('POST', 'suppressions/lookup', { body: { email }, tenantId: 'globex' })).body).toEqual({
    suppression: null,
  })
  expect((await call('POST', 'suppressions/lift', { body: { email, reason }, tenantId: 'globex' })).status).toBe(404)
  expect((await call('POST', 'suppressions/lift', { body: { email, reason } })).status).toBe(204)

  expect(await findSuppression(ledger.db, 'acme', addressHash)).toBeNull()
  expect((await ledger.history(bounced.id)).at(-1)).toMatchObject({ changedBy: 'enrollment-api', reason })
  expect(await resend(world, id)).toMatchObject({ status: 202 })
  expect(await call('POST', 'suppressions/lift', { body: { email, reason } })).toMatchObject({
    status: 404,
    body: { code: 'suppression.not-found' },
  })
  expect(JSON.stringify(world.lines)).not.toMatch(/anna@/i)
  expect(JSON.stringify(world.lines)).not.toContain(reason)
})

test('after a hundred mails in an hour an admin has to wait or to use the command line', async () => {
  const world = await startWorld()
  const { id } = await aSentMail()
  const intervene = `INSERT INTO email_history (email_id, status, attempt, changed_by, at)
    SELECT $1, 'pending', 1, $2, now() - $3::interval FROM generate_series(1, $4)`
  await ledger.pool.query(intervene, [id, 'usr_1', '0', 99])
  await ledger.pool.query(intervene, [id, 'usr_1', '61 minutes', 9])
  await ledger.pool.query(intervene, [id, 'operator', '0', 9])
  const other = await aSentMail()

  expect(await resend(world, id)).toMatchObject({ status: 202 })
  expect(await resend(world, other.id)).toMatchObject({ status: 429, body: { code: 'interventions.too-many' } })
})

test('admins read a mail as it would be written today, without the secrets of its links', async () => {
  const { call, state } = await startWorld()
  const welcome = await aSentMail()
  const event = anAccountEvent('password_reset')
  await ledger.handle(event)
  const reset = await ledger.find(event.payload.account_id)
  state.request = aRequest({ purpose: 'password_reset', accountId: event.payload.account_id, token: 'a-secret' })

  const read = async (id: string, tenantId = 'acme') => call('GET', `mails/${id}/content`, { tenantId })

  expect(await read(welcome.id)).toMatchObject({
    status: 200,
    body: { subject: expect.stringContaining('Rust Basics'), text: expect.stringContaining('Anna Weber') },
  })
  const { body } = await read(reset.id)
  expect(body.text).toContain('/app/new-password#token=blanked')
  expect(JSON.stringify(body)).not.toContain('a-secret')
  expect(await read(welcome.id, 'globex')).toMatchObject({ status: 404 })
  state.course = 'gone'
  expect(await read(welcome.id)).toMatchObject({
    status: 409,
    body: { code: 'mail.not-writable', title: 'The mail cannot be written today: the course was deleted' },
  })
})
