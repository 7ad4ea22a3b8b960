import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { SESClient, type SESClientConfig, SendEmailCommand } from '@aws-sdk/client-ses'
import { expect, test } from 'vitest'
import { explainFailure } from '../src/emails/send-failure.ts'
import { serve } from './neighbours.ts'

/** Makes the real client fail and explains its error. */
async function explain(endpoint: string, changes: SESClientConfig = {}) {
  const client = new SESClient({
    endpoint,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: randomUUID(), secretAccessKey: randomUUID() },
    ...changes,
  })
  const command = new SendEmailCommand({
    Source: 'a@example.com',
    Destination: { ToAddresses: ['b@example.com'] },
    Message: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } },
  })
  const error = await client.send(command, { abortSignal: AbortSignal.timeout(2_000) }).then(
    () => expect.unreachable(),
    (cause: unknown) => cause,
  )
  client.destroy()
  return explainFailure(error, true)
}

const link = 'https://a.example/app/verify#token=AbC_-9'

const refuse = (status: number, code: string) =>
  serve((_request, response) => {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No, a@example.com: no ${link}</Message></Error></ErrorResponse>`
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body)
  })

test.each([
  [400, 'Throttling', { status: 'pending', isOutage: false, isThrottled: true }],
  [503, 'ThrottlingException', { status: 'pending', isOutage: false, isThrottled: true }],
  [403, 'InvalidClientTokenId', { status: 'pending', isOutage: true }],
  [400, 'AccountSendingPausedException', { status: 'pending', isOutage: true }],
  [400, 'MessageRejected', { status: 'pending', isOutage: false }],
  [400, 'InvalidParameterValue', { status: 'failed', failure: 'rejected' }],
  [500, 'InternalFailure', { status: 'unknown' }],
  [503, 'ServiceUnavailable', { status: 'unknown' }],
])('an answer of %d %s is classified', async (status, code, outcome) => {
  expect(await explain(await refuse(status, code))).toEqual({
    ...outcome,
    reason: `${code}: No, [address]: no https://a.example/app/verify[token]`,
  })
})

test('a rejection by a proxy, without a code of SES, was not accepted', async () => {
  const url = await serve((_request, response) => response.writeHead(407).end('<html>no</html>'))

  expect(await explain(url)).toMatchObject({ status: 'pending' })
})

test('an unreadable answer may mean that the mail was accepted', async () => {
  const url = await serve((_request, response) => response.writeHead(200).end('<html'))

  expect(await explain(url)).toMatchObject({ status: 'unknown' })
})

test('a reset after the request may mean that the mail was accepted', async () => {
  const url = await serve((request) => void request.socket.destroy())

  expect(await explain(url)).toMatchObject({ status: 'unknown' })
})

test('a missing answer may mean that the mail was accepted', async () => {
  expect(await explain(await serve(() => undefined))).toMatchObject({ status: 'unknown' })
})

test('a port without a listener was not reached, whether the host has one address or several', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')

  expect(await explain(`http://127.0.0.1:${port}`)).toMatchObject({ status: 'pending', isOutage: true })
  expect(await explain(`http://localhost:${port}`)).toMatchObject({ status: 'pending', isOutage: true })
})

test('a host name that does not resolve was not reached', async () => {
  expect(await explain('http://nowhere.invalid')).toMatchObject({ status: 'pending', isOutage: true })
})

test('a server to which no connection is established was not reached', async () => {
  const neverFound = { lookup: () => undefined }
  const requestHandler = { connectionTimeout: 200, httpAgent: neverFound }

  expect(await explain('http://slow.example', { requestHandler })).toMatchObject({ status: 'pending', isOutage: true })
})

test('a request that never left us was not sent, whatever the error is', () => {
  expect(explainFailure(new Error('no credentials'), false)).toEqual({
    status: 'pending',
    reason: 'Error: no credentials',
    isOutage: true,
  })
})

test('a thrown value that is not an error may mean that the mail was accepted', () => {
  expect(explainFailure('odd', true)).toEqual({ status: 'unknown', reason: 'Error: odd' })
})
