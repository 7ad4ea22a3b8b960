import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createSesMailer, type Mail } from '../src/emails/mailer.ts'
import { serve } from './neighbours.ts'

const aMail = {
  from: null,
  replyTo: null,
  to: 'anna@example.com',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
}

function createMailer(endpoint: string) {
  vi.stubEnv('AWS_ENDPOINT_URL_SES', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', randomUUID())
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', randomUUID())
  const mailer = createSesMailer({ region: 'eu-central-1', from: 'a@example.com', configurationSet: 'transactional' })
  onTestFinished(() => {
    mailer.close()
    vi.unstubAllEnvs()
  })
  return mailer
}

const accepted =
  '<SendRawEmailResponse><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult></SendRawEmailResponse>'

/** Sends a mail, and returns the fields of the request that SES gets and the MIME message in it. */
async function readRequest(mail: Mail) {
  let form = new URLSearchParams()
  const mailer = createMailer(
    await serve(async (request, response) => {
      form = new URLSearchParams((await request.toArray()).join(''))
      response.writeHead(200, { 'content-type': 'text/xml' }).end(accepted)
    }),
  )
  const outcome = await mailer.send(mail, { sendId: 's-1', attempt: 3 }, () => undefined)
  const { 'RawMessage.Data': raw = '', ...fields } = Object.fromEntries(form)
  const sent = Buffer.from(raw, 'base64')
  const lines = sent.toString().split('\r\n')
  return {
    outcome,
    sent,
    fields,
    lines,
    head: lines.slice(0, lines.indexOf('')).join('\r\n').replaceAll('\r\n ', ' ').split('\r\n'),
  }
}

test('the request to SES has the recipient, both bodies, the tags and the configuration set', async () => {
  const { outcome, fields, lines, sent } = await readRequest(aMail)

  const sha256 = createHash('sha256').update(sent).digest('hex')
  expect(outcome).toEqual({ status: 'sent', messageId: 'm-1', content: { bytes: sent.length, sha256 } })
  expect(lines).toEqual(
    expect.arrayContaining([
      'From: a@example.com',
      'To: anna@example.com',
      'Subject: Hello',
      'Content-Type: text/plain; charset=utf-8',
      'Hello',
      'Content-Type: text/html; charset=utf-8',
      '<p>Hello</p>',
    ]),
  )
  expect(fields).toEqual({
    Action: 'SendRawEmail',
    Version: '2010-12-01',
    'Destinations.member.1': 'anna@example.com',
    'Tags.member.1.Name': 'send_id',
    'Tags.member.1.Value': 's-1',
    'Tags.member.2.Name': 'attempt',
    'Tags.member.2.Value': '3',
    ConfigurationSetName: 'transactional',
  })
})

test('a mail that one can unsubscribe from has the two headers for it, and others have neither', async () => {
  const unsubscribeUrl = 'https://learn.example.com/unsubscribe/a-token_1'

  const { head } = await readRequest({ ...aMail, unsubscribeUrl })

  expect(head).toContain(`List-Unsubscribe: <${unsubscribeUrl}>`)
  expect(head).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
  expect((await readRequest(aMail)).head.join()).not.toContain('Unsubscribe')
})

test('no text adds a header', async () => {
  const evil = 'x>\r\nBcc: ben@example.com\r\n\r\nBcc: ben@example.com'

  const { head } = await readRequest({
    ...aMail,
    subject: evil,
    unsubscribeUrl: `https://learn.example.com/unsubscribe/${evil}`,
  })

  const names = ['List-Unsubscribe', 'List-Unsubscribe-Post', 'From', 'To', 'Subject', 'Message-ID', 'Date']
  expect(head.map((line) => line.split(':')[0])).toEqual([...names, 'MIME-Version', 'Content-Type'])
  expect(head).toContain(
    'List-Unsubscribe: <https://learn.example.com/unsubscribe/x%3EBcc:%20ben@example.comBcc:%20ben@example.com>',
  )
})

test('subjects and names of any script, long texts and attachments become short lines of ASCII', async () => {
  const long = 'Übung mit Straßenbäumen, 日本語 и кириллица 👋 '.repeat(20)

  const { lines, head } = await readRequest({
    ...aMail,
    from: '"Академия 日本" <hello@acme.example>',
    subject: long,
    html: `<p>${'x'.repeat(5_000)} ${long}</p>`,
    text: `${'y'.repeat(5_000)} ${long}`,
    attachments: [{ filename: 'course.ics', contentType: 'text/calendar; method=PUBLISH', content: long }],
  })

  expect(lines.filter((line) => line.length > 78 || /[^ -~]/.test(line))).toEqual([])
  expect(head.find((line) => line.startsWith('From:'))).toMatch(/^From: =\?UTF-8\?.+\?= <hello@acme\.example>$/)
  expect(head.find((line) => line.startsWith('Subject:'))).toMatch(/^Subject: (=\?UTF-8\?[BQ]\?[!-~]+\?= ?)+$/)
})

test('a mail that is stopped at the last moment is not sent', async () => {
  let calls = 0
  const mailer = createMailer(
    await serve((_request, response) => {
      calls += 1
      response.end(accepted)
    }),
  )

  const outcome = await mailer.send(aMail, { sendId: 's-1', attempt: 1 }, () => {
    throw new Error('too late')
  })

  expect(outcome).toEqual({ status: 'pending', reason: 'Error: too late', isOutage: true })
  expect(calls).toBe(0)
})

test('a call that ends in a server error is not repeated', async () => {
  let calls = 0
  const mailer = createMailer(
    await serve((_request, response) => {
      calls += 1
      response.writeHead(500).end()
    }),
  )

  expect(await mailer.send(aMail, { sendId: 's-1', attempt: 1 }, () => undefined)).toMatchObject({ status: 'unknown' })
  expect(calls).toBe(1)
})

test('an idle connection is reused for the next mail, and dropped long before the server drops it', async () => {
  const sockets = new Set<Socket>()
  const mailer = createMailer(
    await serve((request, response) => {
      sockets.add(request.socket)
      response.end(accepted)
    }),
  )
  const send = () => mailer.send(aMail, { sendId: 's-1', attempt: 1 }, () => undefined)

  await send()
  await send()
  expect(sockets.size).toBe(1)
  const [socket] = sockets
  if (!socket) return expect.unreachable()
  await once(socket, 'close', { signal: AbortSignal.timeout(20_000) })

  expect(await send()).toMatchObject({ status: 'sent' })
})
