import { randomUUID } from 'node:crypto'
import { createServiceClient } from '@coursewire/service-kit'
import { aCancelledEnrollment, anEnrollment, aPublishedDistribution, waitFor } from '@coursewire/testing'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { DeliveryOptions } from '../src/emails/delivery.ts'
import { createDirectory } from '../src/emails/directory.ts'
import type { LedgerEntry } from '../src/emails/ledger.ts'
import { createSesMailer } from '../src/emails/mailer.ts'
import { claim, reserveDue, settle } from '../src/emails/repository.ts'
import { startSender } from '../src/emails/sender.ts'
import { product } from '../src/emails/tenant.ts'
import { createAnnouncer } from '../src/news/announcer.ts'
import { anAccountEvent } from './account-events.ts'
import { addressHashKey, anAddressHash, keepLines, logger, openLedger, sentAs } from './ledger.ts'
import { aCourse, aDistribution, aRequest, aStudent, startNeighbours, startSes } from './neighbours.ts'

const ledger = await openLedger()
beforeEach(async () => {
  await ledger.clear()
})

const academy = 'Academy <academy@coursewire.example>'

async function startWorld() {
  const neighbours = await startNeighbours()
  const ses = await startSes()
  for (const [name, value] of Object.entries(ses.env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())

  const { url, secret } = neighbours
  const services = createServiceClient({
    tokenUrl: `${url}/auth/service-token`,
    clientId: 'email-worker',
    clientSecret: secret,
    logger,
  })
  const directory = createDirectory(services, { enrollmentApi: url, distributionService: url }, [academy])

  async function start(changes: Partial<DeliveryOptions & { unknownAfterSeconds: number }> = {}) {
    const mailer = createSesMailer({ region: 'eu-central-1', from: 'Coursewire <hello@coursewire.example>' })
    const sender = startSender({
      db: ledger.db,
      directory,
      mailer,
      logger,
      webUrl: 'https://learn.example.com',
      addressHashKey,
      monotonicMs: () => performance.now(),
      onStep: () => undefined,
      unknownAfterSeconds: 60,
      ...changes,
    })
    onTestFinished(async () => {
      await sender.close()
      mailer.close()
    })
    return sender
  }
  return { neighbours, ses, directory, start }
}

/** Enrols one student and waits until the mail has the status. */
async function enrol(status: string) {
  const event = anEnrollment()
  await ledger.handle(event)
  return until(event.payload.student_id, status)
}

const until = (studentId: string, status: string) => untilEmail(studentId, (email) => email.status === status)

/** Waits until an attempt has failed and will be repeated. */
const untilPutOff = (studentId: string) => untilEmail(studentId, (email) => email.failures > 0)

const untilEmail = (studentId: string, isSo: (email: LedgerEntry) => boolean) =>
  waitFor(async () => {
    const email = await ledger.find(studentId)
    return isSo(email) ? email : null
  })

test('an enrolment sends one tagged mail, whose SES id is in the ledger', async () => {
  const { ses, neighbours, start } = await startWorld()
  await start()

  const email = await enrol('sent')

  const [mail, ...others] = await ses.readInbox()
  expect(others).toEqual([])
  expect(mail).toMatchObject({
    from: 'Coursewire <hello@coursewire.example>',
    to: ['anna@example.com'],
    subject: 'Welcome to “Rust Basics”',
    html: expect.stringContaining('https://learn.example.com/courses/rust-basics'),
    text: expect.stringContaining('Start Learning: https://learn.example.com/courses/rust-basics'),
    tags: { send_id: email.id, attempt: '1' },
    configurationSetName: null,
  })
  expect(email).toMatchObject({ messageId: mail?.id, attempt: 1, reason: null })
  expect(neighbours.state.requestIds).toEqual(Array(3).fill(email.correlationId))
})

test('a sender with nothing to send waits until mails are announced, or it is closed', async () => {
  const { start } = await startWorld()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const first = anEnrollment()
  await ledger.handle(first)
  const sender = await start()
  // Since that mail was started, the sender waits for the next one, and by its clock for ever.
  await until(first.payload.student_id, 'sent')

  const next = anEnrollment()
  await ledger.handle(next)
  sender.wake()
  await until(next.payload.student_id, 'sent')

  await expect(sender.close()).resolves.toBeUndefined()
})

test('a throttled mail stays pending with the reason and is sent later', async () => {
  const { ses, start } = await startWorld()
  await ses.setFault('throttle', 1)
  await start()

  const { id } = await enrol('sent')

  expect(await ledger.history(id)).toMatchObject([
    { status: 'pending' },
    { status: 'sending' },
    { status: 'pending', attempt: 1, reason: expect.stringContaining('Throttling') },
    { status: 'sending' },
    { status: 'sent', attempt: 2, reason: null },
  ])
  expect(await ledger.list()).toMatchObject([{ failures: 0 }])
  expect(await ses.readInbox()).toHaveLength(1)
})

test('many mails are sent as fast as SES takes them, by all workers together, and hardly one is refused', async () => {
  const { ses, start } = await startWorld()
  await ses.setQuota({ maxSendRate: 40 })
  await Promise.all([start(), start()])
  await waitFor(async () => (await ledger.pool.query('SELECT FROM sending_budget')).rowCount === 1)
  const events = Array.from({ length: 100 }, () => anEnrollment())

  await ledger.handle(...events)
  await waitFor(async () => (await ledger.list()).every(({ status }) => status === 'sent'))

  // Without the bucket SES refuses about twenty. A process that was held up may send a few more in a second than it has tokens for.
  const attempts = (await ledger.list()).reduce((sum, { attempt }) => sum + attempt, 0)
  expect(attempts).toBeLessThan(110)
})

test('when the quota of the day is used up, mails wait, and the log says until when', async () => {
  const { ses, start } = await startWorld()
  const { lines, logger: kept } = keepLines()
  await ses.setQuota({ max24HourSend: 1 })
  await start({ logger: kept })
  await enrol('sent')

  const event = anEnrollment()
  await ledger.handle(event)
  const said = await waitFor(() => lines.find(({ msg }) => String(msg).startsWith('The quota of SES for a day')))
  expect(said).toMatchObject({ perDay: 1, until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) })
  const { attempt } = await ledger.find(event.payload.student_id)
  expect(attempt).toBeLessThanOrEqual(1)
  // A sender that waited for the next token would ask the database all the time.
  expect(await reserveDue(ledger.db, 1, 10)).toEqual({ emails: [], waitMs: 0 })
  expect(await ses.readInbox()).toHaveLength(1)
})

test('links are sent before welcomes', async () => {
  const { ses, start } = await startWorld()
  const events = Array.from({ length: 20 }, () => anEnrollment())
  await ledger.handle(...events, anAccountEvent('verification'))

  await start()
  await waitFor(async () => (await ledger.list()).every(({ status }) => status !== 'pending' && status !== 'sending'))

  const subjects = (await ses.readInbox()).map(({ subject }) => subject)
  expect(subjects.findIndex((subject) => !subject.startsWith('Welcome'))).toBeLessThan(8)
})

test('a mail of a forbidden tenant fails after a day, while mails of other tenants are sent', async () => {
  const { neighbours, start } = await startWorld()
  neighbours.state.forbidden = ['initech']
  await start()
  const events = Array.from({ length: 12 }, () => anEnrollment({}, { tenantId: 'initech' }))
  await ledger.handle(...events)
  for (const event of events) await untilPutOff(event.payload.student_id)

  // The forbidden mails are tried again and again. If they counted as an outage, only one mail at a time would be tried.
  await enrol('sent')

  const [first] = events
  const { student_id: studentId } = first?.payload ?? { student_id: '' }
  expect(await ledger.find(studentId)).toMatchObject({
    status: 'pending',
    reason: 'Not available for this tenant (tenant.forbidden)',
  })
  await ledger.age('25 hours')
  await ledger.makeDue()
  expect(await until(studentId, 'failed')).toMatchObject({ reason: expect.stringContaining('tenant.forbidden') })
})

test('an account mail without its scope tells operators at once what to do, and is sent soon after they did', async () => {
  const { neighbours, start } = await startWorld()
  neighbours.state.hasScope = false
  const { lines, logger: kept } = keepLines()
  await start({ logger: kept })
  const event = anAccountEvent('verification')
  const { account_id: accountId } = event.payload
  neighbours.state.request = aRequest({ accountId })
  await ledger.handle(event)
  const postponed = await untilPutOff(accountId)

  expect(postponed).toMatchObject({
    status: 'pending',
    reason: 'Not available with these scopes (scope.insufficient)',
  })
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      msg: 'Email waits for an operator',
      emailId: postponed.id,
      reason: postponed.reason,
      remedy: 'Repeat create-client with --scopes account-mails',
    }),
  )
  await enrol('sent')

  neighbours.state.hasScope = true
  await ledger.pool.query('UPDATE emails SET failures = 20, due_at = now() WHERE id = $1', [postponed.id])
  await until(accountId, 'sent')
})

test('a service whose secret is refused tells operators at once what to do, and asks again within five minutes', async () => {
  const { neighbours, start } = await startWorld()
  const { lines, logger: kept } = keepLines()
  const { url } = neighbours
  const services = createServiceClient({
    tokenUrl: `${url}/auth/service-token`,
    clientId: 'email-worker',
    clientSecret: 'another',
    logger,
  })
  await start({
    logger: kept,
    directory: createDirectory(services, { enrollmentApi: url, distributionService: url }, []),
  })
  const event = anEnrollment()
  await ledger.handle(event)
  await untilPutOff(event.payload.student_id)

  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      msg: 'Email waits for an operator',
      reason: 'The secret of this service client is refused (client.invalid)',
      remedy: "Repeat create-client with this service's SERVICE_CLIENT_ID and SERVICE_CLIENT_SECRET",
    }),
  )
  await ledger.pool.query('UPDATE emails SET failures = 20, due_at = now()')
  const { dueAt, updatedAt } = await untilEmail(event.payload.student_id, ({ failures }) => failures === 21)
  expect(Date.parse(dueAt ?? '') - Date.parse(updatedAt ?? '')).toBe(300_000)
})

test('a mail whose answer is lost becomes unknown and is not sent again', async () => {
  const { ses, start } = await startWorld()
  await ses.setFault('accept-then-drop', 1)
  await start()

  const email = await enrol('unknown')
  expect(email.reason).toMatch(/socket hang up|ECONNRESET/)

  const other = await enrol('sent')
  const inbox = await ses.readInbox()
  expect(inbox.map(({ tags }) => tags['send_id'])).toEqual([email.id, other.id])
  expect(await ledger.find(email.recipient)).toMatchObject({ status: 'unknown', attempt: 1 })
})

test('a mail whose call hangs becomes unknown', async () => {
  const { ses, start } = await startWorld()
  await ses.setFault('hang', 1)
  await start()

  const email = await enrol('unknown')

  expect(email.reason).toMatch(/abort/i)
  expect(await ses.readInbox()).toEqual([])
})

test('while SES answers with errors, mails are tried one at a time, ever more rarely, until one is sent', async () => {
  const { ses, start } = await startWorld()
  await ses.setFault('error', null)
  await ledger.handle(...Array.from({ length: 20 }, () => anEnrollment()))
  const clock = { ms: 0, looks: 0 }
  await start({
    monotonicMs() {
      clock.looks += 1
      return clock.ms
    },
  })
  const count = async (status: string) => (await ledger.list()).filter((email) => email.status === status).length

  // Every cycle reads the clock. After some cycles an outcome has had its consequences, and nothing more is sent.
  const someCycles = () => {
    const { looks } = clock
    return waitFor(() => clock.looks > looks + 12)
  }

  for (const { pauseMs, unknown } of [
    { pauseMs: 0, unknown: 8 },
    { pauseMs: 500, unknown: 9 },
    { pauseMs: 1_000, unknown: 10 },
  ]) {
    clock.ms += pauseMs
    await waitFor(async () => (await count('unknown')) === unknown)
    await someCycles()
    expect(await count('unknown')).toBe(unknown)
  }

  await ses.setFault('error', 1)
  clock.ms += 2_000
  await waitFor(async () => (await count('unknown')) === 11)
  await someCycles()
  clock.ms += 4_000
  await waitFor(async () => (await count('sent')) === 9)
})

test('a worker that gets to the call more than 15 s after its claim does not send the mail', async () => {
  const { ses, start } = await startWorld()
  let skippedMs = 0
  await start({
    monotonicMs: () => performance.now() + skippedMs,
    onStep: (step) => {
      if (step === 'claimed' && skippedMs === 0) skippedMs = 15_001
    },
  })

  const event = anEnrollment()
  await ledger.handle(event)
  const email = await untilPutOff(event.payload.student_id)
  expect(email).toMatchObject({ status: 'pending', attempt: 1, reason: expect.stringContaining('too old') })
  expect(await ses.readInbox()).toEqual([])

  await ledger.makeDue()
  await until(event.payload.student_id, 'sent')
  expect((await ses.readInbox()).map(({ tags }) => tags['attempt'])).toEqual(['2'])
})

test('two concurrent workers send each of 200 mails exactly once', async () => {
  const { ses, start } = await startWorld()
  const events = Array.from({ length: 200 }, () => anEnrollment())
  await ledger.handle(...events)

  const sentBy = { first: 0, second: 0 }
  for (const worker of ['first', 'second'] as const) {
    await start({
      onStep(step) {
        if (step === 'recorded') sentBy[worker] += 1
      },
    })
  }
  await waitFor(async () => (await ledger.list()).every(({ status }) => status === 'sent'))

  const sendIds = (await ses.readInbox()).map(({ tags }) => tags['send_id'])
  expect(sendIds).toHaveLength(200)
  expect(new Set(sendIds).size).toBe(200)
  expect(Math.min(sentBy.first, sentBy.second)).toBeGreaterThan(20)
})

test('a worker that is told to stop while it prepares a mail leaves it to the next one', async () => {
  const { neighbours, ses, start } = await startWorld()
  const asked = new Promise<void>((resolve) => {
    neighbours.state.onAsked = resolve
  })
  let answer = () => undefined as void
  neighbours.state.hold = new Promise((resolve) => {
    answer = resolve
  })
  const sender = await start()
  const event = anEnrollment()
  await ledger.handle(event)
  await asked

  const closed = sender.close()
  answer()
  await closed

  expect(await ledger.find(event.payload.student_id)).toMatchObject({ status: 'pending' })
  expect(await ses.readInbox()).toEqual([])
})

test('only one of several workers claims a mail, and only its last attempt counts', async () => {
  await ledger.handle(anEnrollment())
  const { emails } = await reserveDue(ledger.db, 1, 10)
  const [email] = emails
  if (!email) return expect.unreachable()
  expect(await reserveDue(ledger.db, 1, 10)).toEqual({ emails: [], waitMs: 0 })

  const claims = await Promise.all(Array.from({ length: 5 }, () => claim(ledger.db, email, anAddressHash)))
  expect(claims.filter(Boolean)).toHaveLength(1)

  const first = { ...email, attempt: 1 }
  expect(await settle(ledger.db, first, { status: 'pending', reason: 'throttled', isOutage: true })).toBe(true)
  expect(await claim(ledger.db, email, anAddressHash)).toBe(false)
  expect(await claim(ledger.db, first, anAddressHash)).toBe(true)
  expect(await settle(ledger.db, first, sentAs('m-1'))).toBe(false)
  expect(await ledger.find(email.recipient)).toMatchObject({ status: 'sending', attempt: 2, messageId: null })
})

test('a mail whose worker disappears becomes unknown, but the worker may still record that it was sent', async () => {
  const { ses, start } = await startWorld()
  let goOn = () => undefined as void
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await start({ onStep: (step) => (step === 'answered' ? gate : undefined) })
  const event = anEnrollment()
  await ledger.handle(event)
  const { recipient: studentId } = await until(event.payload.student_id, 'sending')
  await waitFor(async () => (await ses.readInbox()).length === 1)

  await ledger.age('61 seconds')
  expect(await until(studentId, 'unknown')).toMatchObject({ reason: expect.stringContaining('lost'), messageId: null })
  goOn()

  expect(await until(studentId, 'sent')).toMatchObject({ attempt: 1, reason: null })
  expect(await ses.readInbox()).toHaveLength(1)
})

test('while another service is down, no mail is claimed and none is lost', async () => {
  const { ses, neighbours, start } = await startWorld()
  neighbours.state.isDown = true
  await start()
  const event = anEnrollment()
  await ledger.handle(event)

  const email = await untilPutOff(event.payload.student_id)
  expect(email).toMatchObject({ status: 'pending', attempt: 0, reason: expect.stringContaining('service.refused') })
  neighbours.state.isDown = false
  await ledger.makeDue()

  await until(event.payload.student_id, 'sent')
  expect(await ses.readInbox()).toHaveLength(1)
})

test('a mail that triggers a bug fails, and the next one is sent', async () => {
  const { directory, start } = await startWorld()
  const odd = anEnrollment({ student_id: '\uffff-odd' })
  await start({
    directory: {
      ...directory,
      getStudent(email) {
        if (email.recipient === odd.payload.student_id) throw new TypeError('odd')
        return directory.getStudent(email)
      },
    },
  })

  await ledger.handle(odd)
  expect(await until(odd.payload.student_id, 'failed')).toMatchObject({ reason: 'TypeError: odd' })
  await enrol('sent')
})

test.each([
  ['student', 'the student is not known'],
  ['course', 'the course is not known'],
] as const)('if the %s is unknown, we look again for a day, then the mail fails', async (who, reason) => {
  const { ses, neighbours, start } = await startWorld()
  neighbours.state[who] = null
  await start()
  const event = anEnrollment()
  await ledger.handle(event)
  const email = await untilPutOff(event.payload.student_id)
  expect(email).toMatchObject({ status: 'pending', attempt: 0, reason })

  await ledger.age('25 hours')
  await ledger.makeDue()

  expect(await until(event.payload.student_id, 'failed')).toMatchObject({ reason, attempt: 0 })
  expect(await ses.readInbox()).toEqual([])
})

test.each([
  ['student', 'erased'],
  ['course', 'the course was deleted'],
] as const)('if the %s is gone, the mail fails at once', async (who, reason) => {
  const { ses, neighbours, start } = await startWorld()
  neighbours.state[who] = 'gone'
  await start()

  expect(await enrol('failed')).toMatchObject({ reason, attempt: 0 })
  expect(await ses.readInbox()).toEqual([])
})

test('the welcome mail has the text of the editor and the day for the calendar, as one entry for each enrolment', async () => {
  const { ses, neighbours, start } = await startWorld()
  neighbours.state.course = aCourse({ startsAt: '2999-01-12', welcomeText: 'Say hello: https://forum.example/rust' })
  const event = anEnrollment()
  await start()

  await ledger.handle(event, anEnrollment({ ...event.payload, activation: 2 }), anEnrollment())
  await waitFor(async () => (await ledger.list()).every(({ status }) => status === 'sent'))

  const mails = await ses.readInbox()
  const calendars = mails.map(({ attachments }) => Buffer.from(attachments[0]?.base64 ?? '', 'base64').toString())
  for (const calendar of calendars) expect(calendar).toContain('DTSTART;VALUE=DATE:29990112')
  const uids = calendars.map((calendar) => /^UID:(.+)$/m.exec(calendar)?.[1])
  expect([uids.length, new Set(uids).size]).toEqual([3, 2])
  expect(mails[0]?.html).toContain('href="https://forum.example/rust"')
  expect(mails[0]?.attachments).toMatchObject([{ name: 'course.ics', type: 'text/calendar' }])
})

test('an account mail goes to the address of its request, with the link', async () => {
  const { ses, neighbours, start } = await startWorld()
  const event = anAccountEvent('address_change')
  neighbours.state.request = aRequest({
    purpose: 'address_change',
    accountId: event.payload.account_id,
    email: 'new@example.com',
  })
  await start()

  await ledger.handle(event)
  const email = await until(event.payload.account_id, 'sent')

  expect(await ses.readInbox()).toMatchObject([
    {
      to: ['new@example.com'],
      subject: 'Confirm your new email address for Coursewire',
      text: expect.stringContaining('https://learn.example.com/app/verify#token=a-token_1'),
      tags: { send_id: email.id, attempt: '1' },
    },
  ])
  expect(JSON.stringify(email)).not.toContain('a-token_1')
})

/** Publishes a course with one student, and writes the mail about it. */
async function announce({ neighbours, directory }: Awaited<ReturnType<typeof startWorld>>) {
  const id = `usr_${randomUUID()}`
  neighbours.state.recipients = { notice: [id], launch: [] }
  await ledger.handle(aPublishedDistribution())
  await createAnnouncer({ db: ledger.db, directory, logger, onWritten: () => undefined }).work()
  return id
}

test('news goes to its recipient, who can unsubscribe with one click', async () => {
  const world = await startWorld()
  const id = await announce(world)
  await world.start()

  const email = await until(id, 'sent')

  expect(email).toMatchObject({ template: 'course_published', fact: 'course-1' })
  expect(await world.ses.readInbox()).toMatchObject([
    {
      to: ['anna@example.com'],
      text: expect.stringContaining('https://learn.example.com/courses/rust-basics'),
      headers: expect.arrayContaining([
        { name: 'List-Unsubscribe', value: '<https://learn.example.com/unsubscribe/a-token_2>' },
        { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      ]),
    },
  ])
})

test.each([
  ['an unpublished course', { distribution: aDistribution({ public: false }) }, 'the course is not public any more'],
  ['a deleted course', { distribution: null }, 'the course is not public any more'],
  ['a recipient who unsubscribed', { recipient: 'gone' }, 'the recipient is erased or wants no such mails'],
] as const)('news of or to %s is taken back before it is sent', async (_case, change, reason) => {
  const world = await startWorld()
  const id = await announce(world)
  Object.assign(world.neighbours.state, change)
  await world.start()

  expect(await until(id, 'failed')).toMatchObject({ reason, attempt: 0 })
  expect(await world.ses.readInbox()).toEqual([])
})

test.each([
  ['that is set up', academy, academy],
  [
    'that is not set up, which counts as none',
    'Globex <hello@globex.example>',
    'Coursewire <hello@coursewire.example>',
  ],
])('the mails of a tenant look as it wants, and come from its sender %s', async (_case, sender, from) => {
  const { ses, neighbours, start } = await startWorld()
  const look = { name: 'Acme', locale: 'de', replyTo: 'help@acme.example', postalAddress: 'Moosweg 1\n10115 Berlin' }
  neighbours.state.tenant = { ...product, ...look, sender }
  neighbours.state.student = aStudent({ locale: null })
  await start()

  await enrol('sent')

  expect(await ses.readInbox()).toMatchObject([
    {
      from,
      replyTo: ['help@acme.example'],
      subject: 'Willkommen im Kurs „Rust Basics“',
      html: expect.stringContaining('>Acme<'),
      text: expect.stringMatching(/\n\nMoosweg 1\n10115 Berlin$/),
    },
  ])
})

test.each([
  ['is used or replaced', 'gone', 'the link was used, replaced or has expired'],
  ['is for another mail', { purpose: 'password_reset' }, 'the request is for another mail'],
  ['is for another account', { accountId: 'account-2' }, 'the request is for another mail'],
  ['has no link', { token: null }, 'the request has no link'],
  ['has an address that is none', { email: 'a@example.com,b@example.com' }, 'the address is not one plain address'],
])('an account mail whose request %s fails at once', async (_case, request, reason) => {
  const { ses, neighbours, start } = await startWorld()
  const event = anAccountEvent('verification', { account_id: 'account-1' })
  neighbours.state.request = request === 'gone' ? 'gone' : aRequest(request as object)
  await start()

  await ledger.handle(event)

  expect(await until('account-1', 'failed')).toMatchObject({ reason, attempt: 0 })
  expect(await ses.readInbox()).toEqual([])
})

test('a mail that is withdrawn while it is being prepared is not sent', async () => {
  const { ses, start } = await startWorld()
  const event = anEnrollment()
  const { student_id, course_id } = event.payload
  await start({
    onStep: async (step) => {
      if (step === 'prepared') await ledger.handle(aCancelledEnrollment({ student_id, course_id }))
    },
  })

  await ledger.handle(event)

  await waitFor(async () => (await ledger.find(student_id, 'welcome')).status === 'failed')
  expect(await ledger.find(student_id, 'welcome')).toMatchObject({ reason: 'the enrolment was cancelled', attempt: 0 })
  await waitFor(async () => (await ledger.find(student_id, 'enrollment_cancelled')).status === 'sent')
  expect(await ses.readInbox()).toMatchObject([{ subject: 'You have left “Rust Basics”' }])
})

test('a mail of a kind that only another version knows waits for that version', async () => {
  const { ses, start } = await startWorld()
  await ledger.handle(anEnrollment({ student_id: 'usr_1' }))
  await ledger.pool.query(`UPDATE emails SET template = 'news'`)
  await start()

  expect(await untilPutOff('usr_1')).toMatchObject({
    status: 'pending',
    attempt: 0,
    reason: 'this version does not know the template',
  })
  expect(await ses.readInbox()).toEqual([])
})

test.each([
  ['a line break in the address', aStudent({ email: 'a@example.com\r\nBcc: b@example.com' }), aCourse(), 'control'],
  ['an invisible title', aStudent(), aCourse({ title: '\u200b\u0007' }), 'the course title is blank'],
  ['two addresses', aStudent({ email: 'a@example.com,b@example.com' }), aCourse(), 'not one plain address'],
  ['a quoted address', aStudent({ email: '"x@evil y"@internal' }), aCourse(), 'not one plain address'],
  [
    'an address that is too long',
    aStudent({ email: `a@${'b'.repeat(60)}.example.com`.padStart(255, 'a') }),
    aCourse(),
    '254',
  ],
  ['an international name', aStudent({ email: 'änne@example.com' }), aCourse(), 'ASCII'],
])('a mail with %s fails with the reason and does not reach SES', async (_case, student, course, reason) => {
  const { ses, neighbours, start } = await startWorld()
  Object.assign(neighbours.state, { student, course })
  await start()

  const email = await enrol('failed')

  expect(email).toMatchObject({ attempt: 0, reason: expect.stringContaining(reason) })
  expect(email.reason).not.toContain('@')
  expect(await ses.readInbox()).toEqual([])
})

test.each([
  [
    'breaks and control characters in name and title',
    { name: 'Anna\r\nBcc: x' },
    { title: 'Rust\r\nBcc:\u2028\u0085\u0007x\t' },
  ],
  ['an address from before addresses were normalised', { email: ' Anna@Bücher.example ' }, {}],
])('a mail with %s is normalised and sent', async (_case, student, course) => {
  const { ses, neighbours, start } = await startWorld()
  Object.assign(neighbours.state, { student: aStudent(student), course: aCourse(course) })
  await start()

  await enrol('sent')

  const [mail] = await ses.readInbox()
  expect(mail).toMatchObject({
    to: ['email' in student ? 'Anna@xn--bcher-kva.example' : 'anna@example.com'],
    subject: `Welcome to “${'title' in course ? 'Rust Bcc: x' : 'Rust Basics'}”`,
  })
  expect(mail?.text).toMatch(/^Welcome, Anna( Bcc: x| Weber)!\n/)
})
