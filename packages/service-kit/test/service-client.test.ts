import type { ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { createLogger, createServiceClient } from '../src/index.ts'
import { serve } from './helpers.ts'

const course = z.object({ courseId: z.string() })

/** Starts a service that issues numbered tokens and answers with `answer`. */
async function startService(
  answer: (token: string, path: string) => { status: number; body?: unknown },
  expiresIn = 60,
  forbiddenTenants: string[] = [],
) {
  const asked: unknown[] = []
  const calls: {
    path: string | undefined
    authorization: string | undefined
    requestId: unknown
    encoding: unknown
  }[] = []
  const { url, close } = await serve((request, response) => {
    const { authorization = '', 'x-request-id': requestId, 'accept-encoding': encoding } = request.headers
    if (request.method === 'POST') {
      void json(request).then((body) => {
        asked.push(body)
        if (forbiddenTenants.includes((body as { tenantId: string }).tenantId)) response.statusCode = 403
        response.end(JSON.stringify({ token: `token-${asked.length}`, expiresIn }))
      })
      return
    }
    calls.push({ path: request.url, authorization, requestId, encoding })
    const { status, body } = answer(authorization, request.url ?? '')
    response.writeHead(status, { location: '/elsewhere' }).end(JSON.stringify(body))
  })
  const logger = createLogger({ service: 'test-service', level: 'silent' })
  const client = createServiceClient({ tokenUrl: `${url}/token`, clientId: 'me', clientSecret: 'mine', logger })
  return { url, close, asked, calls, client }
}

const found = { status: 200, body: { courseId: 'c-1', more: true } }

it('a call carries a token for its tenant and the request id, and its answer is parsed', async () => {
  const { url, client, asked, calls } = await startService(() => found)

  const answer = await client.get(`${url}/courses/c-1`, 'acme', course, { requestId: 'mine' })

  expect(answer).toEqual({ courseId: 'c-1' })
  expect(asked).toEqual([{ clientId: 'me', clientSecret: 'mine', tenantId: 'acme' }])
  expect(calls).toEqual([{ path: '/courses/c-1', authorization: 'Bearer token-1', requestId: 'mine' }])

  await client.get(`${url}/courses/c-1`, 'acme', course, { requestId: 'begun elsewhere – ü' })
  expect(calls.at(-1)?.requestId).toBeUndefined()
})

it('an answer is asked for as it is, because it is short and its compression would take longer than its way', async () => {
  const { url, client, calls } = await startService(() => found)

  await client.get(url, 'acme', course)

  expect(calls.map(({ encoding }) => encoding)).toEqual([undefined])
})

it('a token is fetched once for each tenant, even by concurrent calls', async () => {
  const { url, client, asked } = await startService(() => found)

  await Promise.all([1, 2, 3].flatMap(() => ['acme', 'other'].map((tenant) => client.get(url, tenant, course))))
  await client.get(url, 'acme', course)

  expect(asked).toHaveLength(2)
})

it('a token near its end is renewed before the call, once for all calls', async () => {
  const { url, client, calls } = await startService(() => found, 0.000_001)

  await client.get(url, 'acme', course)
  await Promise.all([1, 2, 3].map(() => client.get(url, 'acme', course)))

  expect(calls.map(({ authorization }) => authorization)).toEqual([
    'Bearer token-1',
    ...Array.from({ length: 3 }, () => 'Bearer token-2'),
  ])
})

it('a refused token is renewed once for all calls', async () => {
  const { url, client, asked } = await startService((token) => (token === 'Bearer token-1' ? { status: 401 } : found))

  const answers = await Promise.all([1, 2, 3, 4].map(() => client.get(url, 'acme', course)))

  expect(answers).toEqual(Array.from({ length: 4 }, () => ({ courseId: 'c-1' })))
  expect(asked).toHaveLength(2)
})

it('a call that is refused with a new token too is given up', async () => {
  const { url, client, calls } = await startService(() => ({ status: 401 }))

  await expect(client.get(url, 'acme', course)).rejects.toMatchObject({ kind: 'unavailable' })
  expect(calls).toHaveLength(2)
})

it('a call for the answer itself gets it whatever its status, follows no redirect, and carries its own headers', async () => {
  const { url, client, calls } = await startService((_token, path) => ({ status: Number(path.slice(1)), body: {} }))

  for (const status of [200, 301, 304, 404, 410, 500]) {
    const answer = await client.send(`${url}/${status}`, 'acme', { headers: { 'if-none-match': '"1"' } })
    expect([answer.status, answer.headers.location]).toEqual([status, '/elsewhere'])
  }
  expect(calls).toHaveLength(6)
})

it('a call for the answer itself renews a refused token once, and is unavailable without an answer', async () => {
  const { url, client, close } = await startService((token) => (token === 'Bearer token-1' ? { status: 401 } : found))

  expect((await client.send(url, 'acme')).status).toBe(200)
  await close()
  await expect(client.send(url, 'acme')).rejects.toMatchObject({ kind: 'unavailable' })
})

it('a resource that does not exist is null, and one that no longer does is gone', async () => {
  const { url, client } = await startService((_token, path) => ({ status: Number(path.slice(1)), body: {} }))

  expect(await client.get(`${url}/404`, 'acme', course)).toBeNull()
  await expect(client.get(`${url}/410`, 'acme', course)).rejects.toMatchObject({ name: 'AppError', kind: 'gone' })
})

it.each([
  ['an error', { status: 500 }],
  ['a temporary refusal', { status: 429 }],
  ['a redirect', { status: 302 }],
  ['an answer that breaks the schema', { status: 200, body: { id: 1 } }],
  ['an answer that is not JSON', { status: 200 }],
])('%s means unavailable', async (_name, answer) => {
  const { url, client } = await startService(() => answer)

  await expect(client.get(url, 'acme', course)).rejects.toMatchObject({ name: 'AppError', kind: 'unavailable' })
})

it('a permanent refusal of a forbidden or wrong request is not an outage', async () => {
  const { url, client } = await startService((_token, path) => ({ status: Number(path.slice(1)) }))

  await expect(client.get(`${url}/403`, 'acme', course)).rejects.toMatchObject({ kind: 'forbidden' })
  for (const status of [400, 405, 422]) {
    const failure = await client.get(`${url}/${status}`, 'acme', course).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(failure).not.toHaveProperty('kind')
  }
})

it('a scope that an operator adds is used at once', async () => {
  const { url, client } = await startService((token) =>
    token === 'Bearer token-3' ? found : { status: 403, body: { code: 'scope.insufficient' } },
  )

  await expect(client.get(url, 'acme', course)).rejects.toMatchObject({
    kind: 'forbidden',
    code: 'scope.insufficient',
  })
  expect(await client.get(url, 'acme', course)).toEqual({ courseId: 'c-1' })
})

it('a tenant that the client may not act for is forbidden, and tokens for other tenants still work', async () => {
  const { url, client } = await startService(() => found, 60, ['other'])

  await expect(client.get(url, 'other', course)).rejects.toMatchObject({ kind: 'forbidden', code: 'tenant.forbidden' })
  expect(await client.get(url, 'acme', course)).toEqual({ courseId: 'c-1' })
})

it.each([
  ['says nothing', () => {}],
  ['becomes silent in the middle of its answer', (response: ServerResponse) => void response.write('{')],
])('a service that %s for as long as the caller waits is silent', async (_name, answer) => {
  const silent = await serve((request, response) => {
    if (request.method === 'POST') response.end(JSON.stringify({ token: 't', expiresIn: 60 }))
    else answer(response)
  })
  const client = createServiceClient({
    tokenUrl: `${silent.url}/token`,
    clientId: 'a',
    clientSecret: 'b',
    logger: createLogger({ service: 'test', level: 'silent' }),
  })

  await expect(client.send(silent.url, 'acme', { timeoutMs: 50 })).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'service.silent',
  })
})

it('a service that is down is unavailable, and is used again when it is back', async () => {
  const { url, client, close } = await startService(() => found)
  await close()

  await expect(client.get(url, 'acme', course)).rejects.toMatchObject({ code: 'service.unreachable' })

  const port = Number(new URL(url).port)
  await serve((request, response) => {
    response.end(JSON.stringify(request.method === 'POST' ? { token: 't', expiresIn: 60 } : found.body))
  }, port)
  expect(await client.get(url, 'acme', course)).toEqual({ courseId: 'c-1' })
})
