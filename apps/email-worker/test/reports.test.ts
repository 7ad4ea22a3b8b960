import { randomUUID } from 'node:crypto'
import { aCancelledEnrollment, anEnrollment, anErasedAccount } from '@coursewire/testing'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { suppressions } from '../src/db/schema.ts'
import { sesEvent, takeFeedback } from '../src/emails/feedback.ts'
import { claim, isOneOf, resend, settle } from '../src/emails/repository.ts'
import { addressHashKey, anAddressHash, openLedger, sentAs } from './ledger.ts'

const ledger = await openLedger()

/** A mail that is due, or claimed. */
async function aMail({ isClaimed = true } = {}) {
  const event = anEnrollment()
  await ledger.handle(event)
  const email = await ledger.find(event.payload.student_id)
  if (isClaimed) await claim(ledger.db, email, anAddressHash)
  return { event, email: { ...email, attempt: isClaimed ? 1 : 0 } }
}

async function aSentMail() {
  const mail = await aMail()
  await settle(ledger.db, mail.email, sentAs(mail.email.id))
  return mail
}

const tell = (messageId: string, eventType: string, details: object = {}) =>
  takeFeedback(
    ledger.db,
    [{ snsMessageId: randomUUID(), event: sesEvent.parse({ eventType, mail: { messageId }, ...details }) }],
    addressHashKey,
  )
const bounced = (bounceType: string, bounceSubType = 'General', emailAddress = 'anna@example.com') => ({
  bounce: { bounceType, bounceSubType, bouncedRecipients: [{ emailAddress }] },
})
const complained = (complaintFeedbackType?: string) => ({
  complaint: { complainedRecipients: [], complaintFeedbackType },
})

const typesAbout = async (emailId: string) => (await ledger.reported(emailId)).map(({ type }) => type)

test('a mail that SES has accepted is reported by ids, as the effect of the event that asked for it', async () => {
  const { event, email } = await aSentMail()

  expect(await ledger.reported(email.id)).toEqual([
    {
      id: expect.any(String),
      type: 'email.sent',
      timestamp: expect.any(String),
      payload: {
        email_id: email.id,
        template: 'welcome',
        recipient_id: event.payload.student_id,
        fact_id: event.payload.course_id,
        attempt: 1,
        sent_at: expect.any(String),
      },
      meta: {
        schema_version: '1.0',
        producer: 'email',
        source_module: 'email',
        tenant_id: 'acme',
        correlation_id: event.meta.correlation_id,
        causation_id: event.id,
      },
      target: null,
    },
  ])
})

test('a mail is reported as sent once, and again only when a person has it sent again', async () => {
  const { email } = await aMail()
  await settle(ledger.db, email, { status: 'unknown', reason: 'socket hang up' })
  expect(await ledger.reported(email.id)).toEqual([])
  await resend(ledger.db, isOneOf([email.id]))
  await claim(ledger.db, email, anAddressHash)

  expect(await settle(ledger.db, { ...email, attempt: 2 }, sentAs('m-2'))).toBe(true)
  expect(await settle(ledger.db, { ...email, attempt: 2 }, sentAs('m-2'))).toBe(false)
  expect(await settle(ledger.db, email, sentAs('m-1'))).toBe(false)

  expect(await ledger.reported(email.id)).toMatchObject([{ type: 'email.sent', payload: { attempt: 2 } }])
})

test('what becomes of a mail is reported as it goes forward, each state once', async () => {
  const { email } = await aSentMail()

  await tell(email.id, 'DeliveryDelay', { deliveryDelay: { delayType: 'MailboxFull' } })
  await tell(email.id, 'Delivery')
  await tell(email.id, 'Delivery')
  await tell(email.id, 'Bounce', bounced('Permanent'))
  await tell(email.id, 'Bounce', bounced('Permanent'))
  await tell(email.id, 'Delivery')
  await tell(email.id, 'Complaint', complained('abuse'))
  await tell(email.id, 'Complaint', complained('abuse'))

  expect((await ledger.reported(email.id)).map(({ type, payload }) => [type, payload['reason']])).toEqual([
    ['email.sent', undefined],
    ['email.delivered', undefined],
    ['email.bounced', 'Permanent: General'],
    ['email.complained', 'abuse'],
  ])
})

test('feedback about several mails is taken together, and each mail hears all that is about it', async () => {
  const [first, second] = [(await aSentMail()).email.id, (await aSentMail()).email.id]
  const about = (messageId: string, eventType: string, details: object = {}) => ({
    snsMessageId: randomUUID(),
    event: sesEvent.parse({ eventType, mail: { messageId }, ...details }),
  })
  const bounce = about(second, 'Bounce', bounced('Permanent'))
  const delay = about(first, 'DeliveryDelay', { deliveryDelay: {} })
  const complaint = about(first, 'Complaint', complained())

  const taken = await takeFeedback(
    ledger.db,
    [about(first, 'Delivery'), bounce, about('m-0', 'Delivery')],
    addressHashKey,
  )
  const takenLater = await takeFeedback(ledger.db, [delay, complaint, bounce], addressHashKey)

  expect(taken).toEqual(['delivered', 'bounced', null])
  expect(takenLater).toEqual(['delayed', 'complained', 'repeated'])
  expect(await typesAbout(first)).toEqual(['email.sent', 'email.delivered', 'email.complained'])
  expect(await typesAbout(second)).toEqual(['email.sent', 'email.bounced'])
})

test('what became of an earlier attempt counts for the address alone', async () => {
  const { email } = await aSentMail()
  await resend(ledger.db, isOneOf([email.id]))
  await claim(ledger.db, email, anAddressHash)
  await settle(ledger.db, { ...email, attempt: 2 }, sentAs('m-2'))
  const about = (eventType: string, attempt: number, details: object = {}) => ({
    snsMessageId: randomUUID(),
    event: sesEvent.parse({
      eventType,
      mail: { messageId: `m-${attempt}`, tags: { send_id: [email.id], attempt: [String(attempt)] } },
      ...details,
    }),
  })

  await takeFeedback(
    ledger.db,
    [about('Bounce', 1, bounced('Permanent', 'General', 'berta@example.com'))],
    addressHashKey,
  )
  expect(await ledger.db.$count(suppressions, eq(suppressions.emailId, email.id))).toBe(1)
  await takeFeedback(ledger.db, [about('Delivery', 2)], addressHashKey)

  expect(await typesAbout(email.id)).toEqual(['email.sent', 'email.sent', 'email.delivered'])
})

test('feedback that is faster than the answer of SES is reported alone', async () => {
  const { email } = await aMail()
  const mail = { messageId: 'm-1', tags: { send_id: [email.id] as [string] } }
  await takeFeedback(
    ledger.db,
    [{ snsMessageId: randomUUID(), event: { eventType: 'Delivery', mail } }],
    addressHashKey,
  )

  expect(await settle(ledger.db, email, sentAs('m-1'))).toBe(true)

  expect(await typesAbout(email.id)).toEqual(['email.delivered'])
})

test('text in the place of a word of SES is not passed on, because it might quote an address', async () => {
  const { email: first } = await aSentMail()
  const { email: second } = await aSentMail()

  await tell(first.id, 'Bounce', bounced('Permanent', 'anna@example.com is unknown'))
  await tell(second.id, 'Complaint', complained('by anna@example.com'))

  expect(await ledger.reported(first.id)).toMatchObject([{}, { payload: { reason: 'Permanent: Undetermined' } }])
  expect(await ledger.reported(second.id)).toMatchObject([{}, { payload: { reason: null } }])
  expect(await ledger.find(first.recipient)).toMatchObject({ reason: 'Permanent: Undetermined' })
})

test.each([
  [{ status: 'failed', reason: 'MessageRejected: [address]', failure: 'rejected' }, 'rejected'],
  [{ status: 'suppressed', reason: 'an earlier mail bounced' }, 'suppressed'],
] as const)(
  'a mail that is not sent is reported with a code, not with the text of its reason',
  async (outcome, reason) => {
    const { email } = await aMail()

    await settle(ledger.db, email, outcome)

    expect(await ledger.reported(email.id)).toMatchObject([{ type: 'email.failed', payload: { reason, attempt: 1 } }])
  },
)

test('a mail that is tried again is not reported', async () => {
  const { email } = await aMail()

  await settle(ledger.db, email, { status: 'pending', reason: 'down', isOutage: true })

  expect(await ledger.reported(email.id)).toEqual([])
})

test('a withdrawn mail is reported once, when it will not be sent', async () => {
  const waiting = await aMail({ isClaimed: false })
  const claimed = await aMail()
  const { student_id, course_id } = claimed.event.payload
  const leave = () => ledger.handle(aCancelledEnrollment({ student_id, course_id }))

  await ledger.handle(anErasedAccount({ account_id: waiting.email.recipient }))
  await ledger.handle(anErasedAccount({ account_id: waiting.email.recipient }))
  await leave()
  expect(await ledger.reported(claimed.email.id)).toEqual([])
  await settle(ledger.db, claimed.email, { status: 'pending', reason: 'down', isOutage: true })
  await leave()

  const withdrawn = [{ type: 'email.failed', payload: { reason: 'withdrawn' } }]
  expect(await ledger.reported(waiting.email.id)).toMatchObject(withdrawn)
  expect(await ledger.reported(claimed.email.id)).toMatchObject(withdrawn)
})

test('a mail that has failed already is not reported again when it is withdrawn for the same reason', async () => {
  const { email } = await aMail({ isClaimed: false })
  await settle(ledger.db, email, { status: 'failed', reason: 'erased', failure: 'absent' })

  await ledger.handle(anErasedAccount({ account_id: email.recipient }))

  expect(await ledger.find(email.recipient)).toMatchObject({ withdrawn: 'erased' })
  expect(await ledger.reported(email.id)).toMatchObject([{ payload: { reason: 'absent' } }])
})

test.each(['failed', 'pending'] as const)(
  'a preparation that ends as %s after the mail was withdrawn reports nothing more',
  async (status) => {
    const { email } = await aMail({ isClaimed: false })
    await ledger.handle(anErasedAccount({ account_id: email.recipient }))

    await settle(ledger.db, email, { status, reason: 'down', isOutage: true, failure: 'absent' })

    expect(await ledger.find(email.recipient)).toMatchObject({ status: 'failed', reason: 'erased' })
    expect(await ledger.reported(email.id)).toMatchObject([{ payload: { reason: 'withdrawn' } }])
  },
)

test('a preparation that ends late does not bring back a mail that another worker has settled', async () => {
  const { email } = await aMail({ isClaimed: false })
  await settle(ledger.db, email, { status: 'suppressed', reason: 'an earlier mail bounced' })

  expect(await settle(ledger.db, email, { status: 'pending', reason: 'down', isOutage: true })).toBe(false)

  expect(await ledger.find(email.recipient)).toMatchObject({ status: 'suppressed' })
  expect(await ledger.reported(email.id)).toHaveLength(1)
})

test('a change that cannot be reported is not made', async () => {
  const { email } = await aMail()

  await expect(settle(ledger.db, { ...email, correlationId: '' }, sentAs('m-1'))).rejects.toThrow(/correlation_id/)

  expect(await ledger.find(email.recipient)).toMatchObject({ status: 'sending' })
})
