import { GetSendQuotaCommand, SendRawEmailCommand } from '@aws-sdk/client-ses'
import MailComposer from 'nodemailer/lib/mail-composer'
import { expect, test } from 'vitest'
import { start } from './started.ts'

const content = {
  from: 'Über Cöurse <hello@coursewire.example>',
  to: 'anna@example.com',
  subject: 'Grüße 👋',
  text: 'Hallo, ü',
}
const compose = (changes: object = {}) =>
  new MailComposer({ ...content, newline: '\r\n', ...changes }).compile().build()

async function startRaw() {
  const aws = await start()
  const send = async (raw: Buffer | string, destinations = ['anna@example.com']) =>
    (
      await aws.ses.send(
        new SendRawEmailCommand({ Destinations: destinations, RawMessage: { Data: Buffer.from(raw) } }),
      )
    ).MessageId
  return { ...aws, send }
}

test('a raw mail is kept with its headers, both bodies and its attachments', async () => {
  const { send, readInbox } = await startRaw()

  const id = await send(
    await compose({
      replyTo: 'help@coursewire.example',
      html: '<b>ü</b>',
      headers: { 'List-Unsubscribe': '<https://learn.example/u>' },
      attachments: [{ filename: 'course.ics', content: 'BEGIN:VCALENDAR\n', contentType: 'text/calendar' }],
    }),
  )

  expect(await readInbox()).toMatchObject([
    {
      id,
      from: '"Über Cöurse" <hello@coursewire.example>',
      to: ['anna@example.com'],
      cc: [],
      bcc: [],
      replyTo: ['help@coursewire.example'],
      subject: 'Grüße 👋',
      html: '<b>ü</b>',
      text: 'Hallo, ü',
      headers: [{ name: 'List-Unsubscribe', value: '<https://learn.example/u>' }],
      attachments: [
        { name: 'course.ics', type: 'text/calendar', base64: Buffer.from('BEGIN:VCALENDAR\n').toString('base64') },
      ],
    },
  ])
})

test('a destination that no header names is a blind copy', async () => {
  const { send, readInbox } = await startRaw()

  await send(await compose(), ['anna@example.com', 'ben@example.com'])

  expect(await readInbox()).toMatchObject([{ to: ['anna@example.com'], bcc: ['ben@example.com'] }])
})

const head = 'From: a@example.com\r\nTo: anna@example.com\r\n'

test.each([
  ['no sender', 'To: anna@example.com\r\nSubject: s\r\n\r\nText'],
  ['no body', `${head}Subject: s\r\n\r\n`],
  ['two subjects', `${head}Subject: s\r\nSubject: t\r\n\r\nText`],
  ['a line of 999 characters', `${head}Subject: s\r\n\r\n${'x'.repeat(999)}`],
  ['a bare newline', `${head}Subject: s\r\n\r\none\ntwo`],
  ['bytes that are not ASCII', `${head}Subject: s\r\n\r\nü`],
])('a raw mail with %s is refused', async (_case, raw) => {
  const { send, readInbox } = await startRaw()

  await expect(send(raw)).rejects.toMatchObject({ Code: 'InvalidParameterValue' })
  expect(await readInbox()).toEqual([])
})

test('mails over the quota of the account are refused, and the quota can be read', async () => {
  const aws = await start()
  const setQuota = (limits: object) =>
    fetch(`${aws.url}/_quota`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(limits),
    })
  await setQuota({ max24HourSend: 2 })

  await aws.sendMail()
  await aws.sendMail()
  await expect(aws.sendMail()).rejects.toMatchObject({
    Code: 'Throttling',
    message: 'Daily message quota exceeded.',
  })

  expect(await aws.ses.send(new GetSendQuotaCommand({}))).toMatchObject({
    Max24HourSend: 2,
    MaxSendRate: 10_000,
    SentLast24Hours: 2,
  })
  expect(await aws.readInbox()).toHaveLength(2)
  expect((await setQuota({ maxSendRate: 0 })).status).toBe(400)
})
