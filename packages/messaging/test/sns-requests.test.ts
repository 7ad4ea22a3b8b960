import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns'
import { expect, it, onTestFinished, vi } from 'vitest'
import { toSnsRow } from '../src/outbox/outbox.ts'
import { createSnsChannel } from '../src/relay/sns-channel.ts'
import { createTestLogger } from './helpers.ts'

interface SentRequest {
  headers: IncomingHttpHeaders
  body: string
}

const accepted =
  '<PublishBatchResponse><PublishBatchResult><Failed/></PublishBatchResult><ResponseMetadata/></PublishBatchResponse>'
const secretOf = (accessKeyId: string) => `the secret of ${accessKeyId}`

/** Starts an SNS that accepts everything, and gives out new credentials each time, because the last ones have expired. */
async function startEndpoint() {
  const requests: SentRequest[] = []
  let keys = 0
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    if (request.url === '/nothing') return response.writeHead(404).end()
    if (request.url === '/credentials') {
      const id = `KEY${(keys += 1)}`
      const credentials = { AccessKeyId: id, SecretAccessKey: secretOf(id), Token: `token of ${id}` }
      return response.end(JSON.stringify({ ...credentials, Expiration: new Date(Date.now() - 1_000) }))
    }
    requests.push({ headers: request.headers, body: (await request.toArray()).join('') })
    return response.end(accepted)
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', url)
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${url}/credentials`)
  onTestFinished(() => void vi.unstubAllEnvs())

  const channel = createSnsChannel({ logger: createTestLogger().logger })
  onTestFinished(() => channel.close())
  const send = (message: string) => {
    const attributes = { event_id: 'id-1', tenant_id: 'acme' }
    const row = toSnsRow(topicArn, { subject: 'Note', message, attributes }, { type: 'message', fields: {} })
    return channel.send([{ id: '1', writtenAt: 0, ...row }])
  }
  return { requests, send }
}

const topicArn = 'arn:aws:sns:eu-central-1:000000000000:notes'
const message = `{"text": "it's (new) & 100 % ünïcode 👩‍🎓"}`

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** Checks a request as SNS does (Signature Version 4). Returns the access key that has signed it. */
function checkSignature({ headers, body }: SentRequest): string {
  const pattern = /Credential=(\w+)\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/
  const [, key = '', scope = '', names = '', signature] = pattern.exec(headers.authorization ?? '') ?? []
  const signed = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = ['POST', '/', '', signed.join(''), names, sha256(body)].join('\n')
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretOf(key)}`)
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  expect(hmac(signingKey, text).toString('hex')).toBe(signature)
  expect(names.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']))
  expect(headers['x-amz-security-token']).toBe(`token of ${key}`)
  return key
}

// The body is encoded differently: the SDK sorts the fields of an entry, and escapes characters that a form may contain.
const ofOneRequest = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'amz-sdk-invocation-id',
  'content-length',
  'x-amz-content-sha256',
])

it('a request is the one that the SDK would send', async () => {
  const { requests, send } = await startEndpoint()
  const client = new SNSClient({ maxAttempts: 1 })
  onTestFinished(() => client.destroy())
  const text = (value: string) => ({ DataType: 'String', StringValue: value })
  const MessageAttributes = { event_id: text('id-1'), tenant_id: text('acme') }
  const entry = { Id: '1', Subject: 'Note', Message: message, MessageAttributes }

  await client.send(new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: [entry] }))
  await send(message)

  const [theirs, ours] = requests.map(({ headers, body }) => {
    const form = new URLSearchParams(body)
    form.sort()
    return {
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ofOneRequest.has(name))),
      form: [...form],
    }
  })
  expect(ours).toEqual(theirs)
})

it('each request is signed with the credentials of the moment', async () => {
  const { requests, send } = await startEndpoint()

  for (const text of [message, 'two', 'three']) expect((await send(text)).sent).toHaveLength(1)

  const keys = requests.map(checkSignature)
  expect(new Set(keys).size).toBe(3)
})

it('credentials that cannot be had are asked for again at the next request', async () => {
  const { requests, send } = await startEndpoint()
  const url = process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? ''
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', new URL('/nothing', url).href)
  expect((await send('one')).failed).toMatchObject([{ error: { name: 'CredentialsProviderError' } }])

  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', url)
  expect((await send('two')).sent).toHaveLength(1)

  expect(requests.map(checkSignature)).toHaveLength(1)
})
