import { now } from '@coursewire/service-kit'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createSesMailer, type Mail } from '../src/emails/mailer.ts'
import { product } from '../src/emails/tenant.ts'
import { composeWelcomeMail } from '../src/emails/welcome-mail.ts'
import { aCourse, aStudent, startSes } from './neighbours.ts'

async function startMailer() {
  const ses = await startSes()
  for (const [name, value] of Object.entries(ses.env)) vi.stubEnv(name, value)
  const mailer = createSesMailer({ region: 'eu-central-1', from: 'hello@coursewire.example' })
  onTestFinished(() => {
    mailer.close()
    vi.unstubAllEnvs()
  })
  const send = (mail: Mail, sendId: string) => mailer.send(mail, { sendId, attempt: 1 }, () => undefined)
  return { ...ses, send }
}

const compose = (student: object, course: object = {}) =>
  composeWelcomeMail(aStudent(student), aCourse(course), {
    tenant: product,
    webUrl: 'https://learn.example.com',
    source: null,
    enrolment: 'e-1',
    at: now(),
  })

const unaddressed = { from: null, replyTo: null }
const family = '👨‍👩‍👧‍👦'

test('a mail that cannot be encoded fails, and nothing of it reaches the next recipient', async () => {
  const { send, readInbox } = await startMailer()
  const mail = { ...unaddressed, to: 'second@example.com', subject: 'Hello', html: 'Hello', text: 'Hello' }

  expect(await send({ ...mail, to: '\ud800@example.com' }, 's-1')).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('URIError'),
  })
  expect(await send(mail, 's-2')).toMatchObject({ status: 'sent' })
  expect((await readInbox()).map(({ to, tags }) => [to, tags['send_id']])).toEqual([[['second@example.com'], 's-2']])
})

test('an unpaired surrogate reaches SES as U+FFFD', async () => {
  const { send, readInbox } = await startMailer()

  const text = 'half \ud83d of a pair'
  const outcome = await send({ ...unaddressed, to: 'anna@example.com', subject: text, html: text, text }, 's-1')

  expect(outcome).toMatchObject({ status: 'sent' })
  const replaced = 'half \ufffd of a pair'
  expect(await readInbox()).toMatchObject([{ subject: replaced, html: replaced, text: replaced }])
})

test('family emoji in a name and in a title reach SES whole', async () => {
  const { send, readInbox } = await startMailer()

  const mail = await compose({ name: `XX${family.repeat(28)}` }, { title: family.repeat(60) })

  expect(await send(mail, 's-1')).toMatchObject({ status: 'sent' })
  const [accepted] = await readInbox()
  expect(accepted?.text).toContain(`Welcome, XX${family.repeat(28)}!`)
  expect(accepted?.subject).toBe(`Welcome to “${family.repeat(60)}”`)
})

test('subject, sender, unsubscribe link and attachment reach SES as they were meant', async () => {
  const { send, readInbox } = await startMailer()
  const subject = 'Übung mit Straßenbäumen, 日本語 и кириллица 👋 '.repeat(5).trim()
  const unsubscribeUrl = `https://learn.example.com/unsubscribe/${'a-token_1'.repeat(20)}`
  const attachments = [{ filename: 'course.ics', contentType: 'text/calendar; method=PUBLISH', content: 'Grüße\n' }]
  const from = '"Академия 日本" <hello@acme.example>'
  const mail = { to: 'anna@example.com', from, replyTo: 'help@acme.example', subject, html: '<p>ü</p>', text: 'ü' }

  expect(await send({ ...mail, unsubscribeUrl, attachments }, 's-1')).toMatchObject({ status: 'sent' })

  expect(await readInbox()).toMatchObject([
    {
      from,
      to: ['anna@example.com'],
      replyTo: ['help@acme.example'],
      subject,
      headers: [
        { name: 'List-Unsubscribe', value: `<${unsubscribeUrl}>` },
        { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      ],
      attachments: [{ name: 'course.ics', type: 'text/calendar', base64: Buffer.from('Grüße\n').toString('base64') }],
    },
  ])
})

const halfOfPair = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit))
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      halfOfPair,
      fc.integer({ min: 1, max: 200 }).map((count) => family.repeat(count)),
      fc.constantFrom(
        '&',
        '=',
        '%',
        '+',
        '\u202e',
        '\u0000',
        '\n\n',
        'é'.normalize('NFD'),
        '&Destination.ToAddresses.member.1=',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

test('each recipient gets their own mail and no other, whatever names, titles and descriptions contain', async () => {
  const { send, readInbox } = await startMailer()
  const mails: Mail[] = []
  const batch = fc.array(fc.record({ name: anyText, title: anyText, description: anyText }), {
    minLength: 1,
    maxLength: 8,
  })

  await fc.assert(
    fc.asyncProperty(batch, async (people) => {
      const composed = await Promise.all(
        people.map(({ name, title, description }, index) =>
          compose({ name, email: `student-${mails.length + index}@example.com` }, { title: `A ${title}`, description }),
        ),
      )
      mails.push(...composed)
      const outcomes = await Promise.all(composed.map((mail) => send(mail, mail.to.split('@')[0] ?? '')))
      for (const { status } of outcomes) expect(status).toBe('sent')
    }),
    { numRuns: 60 },
  )

  const meant = new Map(mails.map((mail) => [mail.to, mail]))
  const inbox = await readInbox()
  expect(inbox.length).toBeGreaterThan(100)
  expect(new Set(inbox.map(({ to }) => to.join())).size).toBe(inbox.length)
  for (const { to, cc, bcc, subject, html, text, tags } of inbox) {
    expect({ to, cc, bcc, sendId: `${tags['send_id']}@example.com` }).toEqual({ to, cc: [], bcc: [], sendId: to[0] })
    const { from: _from, replyTo: _replyTo, to: own, ...content } = meant.get(to[0] ?? '') ?? expect.unreachable()
    expect(to).toEqual([own])
    expect({ subject, html, text }).toEqual(content)
  }
})
