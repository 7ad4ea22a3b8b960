import { randomUUID } from 'node:crypto'
import { aCancelledEnrollment, anEnrollment, anErasedAccount } from '@coursewire/testing'
import { beforeEach, expect, test } from 'vitest'
import { takeFeedback } from '../src/emails/feedback.ts'
import { claim, markUnknown, settle } from '../src/emails/repository.ts'
import { accountEvents, anAccountEvent } from './account-events.ts'
import { addressHashKey, anAddressHash, openLedger, sentAs } from './ledger.ts'

const ledger = await openLedger()
beforeEach(() => ledger.clear())

const erase = (accountId: string) => ledger.handle(anErasedAccount({ account_id: accountId }))

test('an enrolment causes one mail, which names the event that caused it', async () => {
  const event = anEnrollment({ source: 'gift' })

  await ledger.handle(event)

  expect(await ledger.list()).toMatchObject([
    {
      status: 'pending',
      tenantId: 'acme',
      template: 'welcome',
      recipient: event.payload.student_id,
      fact: 'course-1',
      activation: 1,
      source: 'gift',
      attempt: 0,
      eventId: event.id,
      correlationId: event.meta.correlation_id,
    },
  ])
})

test('a repeated event causes no second mail, in the same run or a later one', async () => {
  const event = anEnrollment()

  await ledger.handle(event, event)
  await ledger.handle(event)

  expect(await ledger.list()).toHaveLength(1)
})

test('the same enrolment under another event id causes no second mail', async () => {
  const first = anEnrollment()

  await ledger.handle(first)
  await ledger.handle(anEnrollment(first.payload))

  expect(await ledger.list()).toMatchObject([{ eventId: first.id }])
})

test('a student who comes back after leaving gets another mail', async () => {
  const first = anEnrollment()

  await ledger.handle(first, anEnrollment({ ...first.payload, activation: 2 }))

  expect(new Set((await ledger.list()).map(({ activation }) => activation))).toEqual(new Set([1, 2]))
})

test.each(accountEvents)(
  'the event for %s causes one mail about its request, however often it arrives',
  async (purpose) => {
    const event = anAccountEvent(purpose)
    const { account_id, request_id } = event.payload

    await ledger.handle(event, event)
    await ledger.handle(anAccountEvent(purpose, event.payload))
    await ledger.handle(anAccountEvent(purpose, { account_id }))

    const emails = await ledger.list()
    expect(emails).toHaveLength(2)
    expect(emails.find(({ fact }) => fact === request_id)).toMatchObject({
      status: 'pending',
      template: purpose,
      recipient: account_id,
      activation: 1,
      source: null,
      eventId: event.id,
    })
  },
)

test('a cancelled enrolment withdraws its welcome mail, and no other', async () => {
  const event = anEnrollment()
  const { student_id, course_id } = event.payload
  const others = [
    anEnrollment({ ...event.payload, activation: 2 }),
    anEnrollment({ ...event.payload, course_id: 'other' }),
    anEnrollment(),
  ]
  await ledger.handle(event, ...others)

  await ledger.handle(aCancelledEnrollment({ student_id, course_id }))

  const emails = await ledger.list()
  const pending = emails.filter(({ status }) => status === 'pending')
  expect(pending.filter(({ template }) => template === 'welcome')).toHaveLength(3)
  expect(pending.filter(({ template }) => template === 'enrollment_cancelled')).toMatchObject([
    { recipient: student_id, fact: course_id, activation: 1, source: null },
  ])
  expect(emails.filter(({ status }) => status === 'failed')).toMatchObject([
    { eventId: event.id, reason: 'the enrolment was cancelled', withdrawn: 'the enrolment was cancelled' },
  ])
})

test('a cancelled enrolment causes no welcome mail if its event arrives after the cancellation', async () => {
  const event = anEnrollment()
  const { student_id, course_id } = event.payload

  await ledger.handle(aCancelledEnrollment({ student_id, course_id }))
  await ledger.handle(event)

  expect(await ledger.find(student_id, 'welcome')).toMatchObject({
    status: 'failed',
    reason: 'the enrolment was cancelled',
  })
})

test('a student is told of each leaving once, however often its event arrives', async () => {
  const cancelled = aCancelledEnrollment()

  await ledger.handle(cancelled, cancelled)
  await ledger.handle(cancelled, aCancelledEnrollment({ ...cancelled.payload, activation: 2 }))

  const told = (await ledger.list()).filter(({ template }) => template === 'enrollment_cancelled')
  expect(new Set(told.map(({ activation, status }) => `${activation} ${status}`))).toEqual(
    new Set(['1 pending', '2 pending']),
  )
  expect(told).toHaveLength(2)
})

test('a claimed mail is sent although its enrolment is cancelled, but it is not tried again', async () => {
  const events = [anEnrollment(), anEnrollment(), anEnrollment()]
  await ledger.handle(...events)
  const [sent, refused, lost] = await Promise.all(events.map(({ payload }) => ledger.find(payload.student_id)))
  if (!sent || !refused || !lost) return expect.unreachable()
  for (const email of [sent, refused, lost]) await claim(ledger.db, email, anAddressHash)

  await ledger.handle(
    ...events.map(({ payload: { student_id, course_id } }) => aCancelledEnrollment({ student_id, course_id })),
  )
  await settle(ledger.db, { ...sent, attempt: 1 }, sentAs('m-1'))
  await settle(ledger.db, { ...refused, attempt: 1 }, { status: 'pending', reason: 'throttled', isOutage: true })
  await ledger.age('61 seconds')
  await markUnknown(ledger.db, 60)

  expect(await ledger.find(sent.recipient, 'welcome')).toMatchObject({ status: 'sent', reason: null })
  expect(await ledger.find(refused.recipient, 'welcome')).toMatchObject({
    status: 'failed',
    reason: 'the enrolment was cancelled',
  })
  expect(await ledger.find(lost.recipient, 'welcome')).toMatchObject({ status: 'unknown' })
})

test('an erased account gets no mail any more, and what was sent stays in the ledger', async () => {
  const recipient = `usr_${randomUUID()}`
  const events = [
    anEnrollment({ student_id: recipient }),
    anEnrollment({ student_id: recipient, course_id: 'other' }),
    anAccountEvent('password_changed', { account_id: recipient }),
    anEnrollment(),
    anEnrollment({ student_id: recipient, course_id: 'elsewhere' }, { tenantId: 'globex' }),
  ]
  await ledger.handle(...events)
  const sent = (await ledger.list()).find(({ eventId }) => eventId === events[0]?.id) ?? expect.unreachable()
  await settle(ledger.db, sent, sentAs('m-1'))

  await erase(recipient)

  const outcomes = new Map((await ledger.list()).map(({ eventId, status, reason }) => [eventId, [status, reason]]))
  expect(events.map(({ id }) => outcomes.get(id))).toEqual([
    ['sent', null],
    ['failed', 'erased'],
    ['failed', 'erased'],
    ['pending', null],
    ['pending', null],
  ])
})

test('no event that is read again or late brings an erased account a mail', async () => {
  const recipient = `usr_${randomUUID()}`
  const events = [anEnrollment({ student_id: recipient }), anAccountEvent('verification', { account_id: recipient })]
  const other = anEnrollment()
  await erase(recipient)
  await erase(recipient)

  await ledger.handle(...events, other)
  await ledger.clear()
  await ledger.handle(...events, other)

  const emails = await ledger.list()
  expect(emails.filter(({ status }) => status === 'pending')).toMatchObject([{ eventId: other.id }])
  expect(emails.filter((email) => email.recipient === recipient)).toMatchObject([
    { status: 'failed', reason: 'erased' },
    { status: 'failed', reason: 'erased' },
  ])
})

test('the previous version can send a mail while this one runs, and its steps are in the history', async () => {
  const event = anEnrollment()
  await ledger.handle(event)
  const { id } = await ledger.find(event.payload.student_id)

  await ledger.pool.query(
    `UPDATE emails SET status = 'sending', attempt = attempt + 1, claimed_at = now(), updated_at = now() WHERE id = $1`,
    [id],
  )
  await ledger.pool.query(
    `UPDATE emails SET status = 'sent', reason = NULL, message_id = 'm-1' WHERE id = $1 AND attempt = 1 AND status <> 'sent'`,
    [id],
  )

  expect((await ledger.history(id)).map(({ status }) => status)).toEqual(['pending', 'sending', 'sent'])
})

test('feedback that is faster than the answer of SES stays', async () => {
  const event = anEnrollment()
  await ledger.handle(event)
  const email = await ledger.find(event.payload.student_id)
  await claim(ledger.db, email, anAddressHash)
  const mail = { messageId: 'm-1', tags: { send_id: [email.id] as [string] } }
  await takeFeedback(
    ledger.db,
    [{ snsMessageId: randomUUID(), event: { eventType: 'Delivery', mail } }],
    addressHashKey,
  )

  expect(await settle(ledger.db, { ...email, attempt: 1 }, sentAs('m-1'))).toBe(true)

  expect(await ledger.find(email.recipient)).toMatchObject({
    status: 'delivered',
    messageId: 'm-1',
    changedBy: 'ses',
  })
})

test('two concurrent transactions with the same enrolments leave one mail for each', async () => {
  const events = Array.from({ length: 50 }, () => anEnrollment())

  await Promise.all([ledger.handle(...events), ledger.handle(...events)])

  expect(await ledger.list()).toHaveLength(50)
})

test('the role of the worker cannot change the table', async () => {
  await expect(ledger.pool.query('ALTER TABLE emails DROP CONSTRAINT emails_once')).rejects.toThrow(/must be owner/)
})
