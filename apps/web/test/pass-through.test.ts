import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { appNames, appOf, findAppFor } from '@coursewire/product'
import { expect, it } from 'vitest'
import { passedThrough } from '../src/pages/pass-through.ts'
import { type Call, startService, startWeb } from './helpers.ts'
import { selfSigned } from './self-signed.ts'

/** Starts the pages before the services, which say who they are. */
async function startAll(env: Record<string, string> = {}) {
  const accounts = await startService(() => ({ body: 'accounts' }))
  const catalogue = await startService(() => ({ body: 'catalogue' }))
  const mails = await startService(() => ({ body: 'mails' }))
  const audit = await startService(() => ({ body: 'audit' }))
  const numbers = await startService(() => ({ body: 'numbers' }))
  return { accounts, catalogue, mails, ...(await startWeb({ accounts, catalogue, mails, audit, numbers }, env)) }
}

/** Sends bytes as they are, and resolves to all that is answered. */
async function sendRaw(app: Awaited<ReturnType<typeof startWeb>>['app'], request: string): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.addresses()[0] as { port: number }
  const socket = connect(port, '127.0.0.1')
  // Half a connection would count as given up.
  socket.write(request)
  return text(socket)
}

it('each path goes to the service that a balancer would choose', async () => {
  const { get } = await startAll()
  const names = {
    'enrollment-api': 'accounts',
    'distribution-service': 'catalogue',
    'email-worker': 'mails',
    'audit-log': 'audit',
    insights: 'numbers',
  }
  const declared = appNames.flatMap((name) => appOf(name).paths).filter((path) => path.startsWith('/api/'))
  const prefixes = new Set([...Object.keys(passedThrough), ...declared])
  const paths = [...prefixes].flatMap((prefix) => [prefix, `${prefix}/x`, `${prefix}/x/y?z=1`])

  for (const path of [...paths, '/api/me', '/api/enrollments', '/api/courses?q=1', '/auth/signin']) {
    const app = findAppFor(path.split('?', 1)[0] ?? '')
    const answer = await get(path)
    if (app === 'web') expect(answer.body).toBe('accounts')
    else expect([path, answer.body]).toEqual([path, names[app as keyof typeof names]])
  }
})

it.each([
  '/internal/pages/x',
  '/api/..%2finternal/x',
  '/api/%2e%2e/internal/x',
  '/api/..%5cinternal/x',
  '/api/courses/../../internal/x',
  '/apix',
  '/authx/y',
  '/API/me',
])('%s reaches no service', async (path) => {
  const { accounts, catalogue, mails, app } = await startAll()

  const answer = await sendRaw(app, `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)

  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
  expect([...accounts.calls, ...catalogue.calls, ...mails.calls]).toEqual([])
})

it.each(['/api/courses\\..\\..\\internal/x', '/api\\..\\internal', 'http://a/internal/x', '//a/api/me'])(
  'the request target %s reaches no service',
  async (target) => {
    const { accounts, catalogue, mails, app } = await startAll()

    const answer = await sendRaw(app, `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)

    expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /)
    expect([...accounts.calls, ...catalogue.calls, ...mails.calls]).toEqual([])
  },
)

it('an id with a slash in it arrives as it was sent', async () => {
  const { get, accounts } = await startAll()

  await get('/api/enrollments/math%2F101?a=%2F&a=b')

  expect(accounts.calls.map(({ path }) => path)).toEqual(['/api/enrollments/math%2F101?a=%2F&a=b'])
})

it('a service learns who the visitor is from us, never from the visitor', async () => {
  const { get, accounts } = await startAll()

  await get('/api/me', {
    authorization: 'Bearer token',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
  })

  const { headers } = accounts.calls[0] as Call
  expect(headers).toMatchObject({
    authorization: 'Bearer token',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'learn.example.org',
    'x-forwarded-proto': 'http',
  })
  expect(headers).not.toHaveProperty('x-real-ip')
  expect(headers).not.toHaveProperty('forwarded')
})

it('a balancer that we trust says who the visitor is', async () => {
  const { get, accounts } = await startAll({ TRUST_PROXY: '127.0.0.0/8' })

  await get('/api/me', { 'x-forwarded-for': '198.51.100.1, 203.0.113.9', 'x-forwarded-proto': 'https' })

  expect(accounts.calls[0]?.headers).toMatchObject({ 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' })
})

it('bodies, cookies and compressed answers go through unchanged', async () => {
  const zipped = gzipSync('{"a":1}')
  const cookies = ['a=1; Path=/auth; HttpOnly', 'b=2']
  const accounts = await startService(() => ({
    status: 201,
    headers: { 'content-encoding': 'gzip', 'set-cookie': cookies, 'content-type': 'application/json' },
    body: zipped,
  }))
  const { get } = await startWeb({ accounts })

  const answer = await get(
    '/auth/refresh',
    { cookie: 'a=1', 'content-type': 'application/json' },
    { method: 'POST', payload: '{"odd" :1 }' },
  )

  expect(accounts.calls).toMatchObject([{ method: 'POST', body: '{"odd" :1 }', headers: { cookie: 'a=1' } }])
  expect([answer.statusCode, answer.headers['set-cookie'], answer.rawPayload]).toEqual([201, cookies, zipped])
})

it('a 304, and the answer to HEAD, go through without a body', async () => {
  const catalogue = await startService(({ method }) =>
    method === 'HEAD' ? { headers: { 'content-length': '5' } } : { status: 304, headers: { etag: '"1"' } },
  )
  const { get } = await startWeb({ catalogue })

  const unchanged = await get('/api/courses', { 'if-none-match': '"1"' })
  expect([unchanged.statusCode, unchanged.headers.etag, unchanged.body]).toEqual([304, '"1"', ''])
  const head = await get('/api/courses', {}, { method: 'HEAD' })
  expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '5', ''])
})

it('a redirect of a service stays as it is', async () => {
  const catalogue = await startService(() => ({ status: 301, headers: { location: '/api/courses/new' } }))
  const { get } = await startWeb({ catalogue })

  expect((await get('/api/courses/old')).headers.location).toBe('/api/courses/new')
})

it('what concerns one connection is not passed on', async () => {
  const { app, accounts } = await startAll()

  const answer = await sendRaw(
    app,
    'GET /api/me HTTP/1.1\r\nhost: a\r\nconnection: close, x-secret\r\nx-secret: 1\r\nkeep-alive: 1\r\nte: trailers\r\n' +
      'proxy-connection: close\r\n\r\n',
  )

  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  const { headers } = accounts.calls[0] as Call
  for (const name of ['x-secret', 'te', 'proxy-connection']) expect(headers).not.toHaveProperty(name)
})

it('a service that refuses for now is not asked again on behalf of the visitor', async () => {
  const catalogue = await startService(() => ({ status: 503, headers: { 'retry-after': '2' } }))
  const { get } = await startWeb({ catalogue })

  const answer = await get('/api/courses')

  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2'])
  expect(catalogue.calls).toHaveLength(1)
})

it('a service that is away, or hangs up, is a 503 for scripts, and one line in the log', async () => {
  const catalogue = await startService(() => null)
  const { get, lines } = await startWeb({ catalogue, accounts: { url: 'http://127.0.0.1:9' } })

  for (const path of ['/api/courses', '/api/courses/x', '/api/me', '/auth/signin']) {
    const answer = await get(path)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'application/problem+json'])
  }
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(
    Array.from({ length: 2 }, () => 'A service does not answer'),
  )
})

it('a service whose certificate nobody vouches for gets no call', async () => {
  const impostor = await startService(() => ({ body: 'token' }), selfSigned)
  const { get, lines } = await startWeb({ catalogue: impostor, accounts: impostor })

  const answer = await get('/auth/refresh', { cookie: 'secret' }, { method: 'POST' })
  const page = await get('/courses/sauerteig')

  expect([answer.statusCode, page.statusCode]).toEqual([503, 503])
  expect(impostor.calls).toEqual([])
  expect(lines.join()).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
})
