import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createSesMailer } from '../src/emails/mailer.ts'
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

test('the request to SES has the recipient, both bodies, the tags and the configuration set', async () => {
  let form = new URLSearchParams()
  const mailer = createMailer(
    await serve(async (request, response) => {
      form = new URLSearchParams((await request.toArray()).join(''))
      response.writeHead(200, { 'content-type': 'text/xml' }).end(accepted)
    }),
  )

  const outcome = await mailer.send(aMail, { sendId: 's-1', attempt: 3 }, () => undefined)

  expect(outcome).toEqual({ status: 'sent', messageId: 'm-1' })
  const { 'RawMessage.Data': raw = '', ...fields } = Object.fromEntries(form)
  expect(Buffer.from(raw, 'base64').toString().split('\r\n')).toEqual(
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
