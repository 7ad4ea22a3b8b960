import { once } from 'node:events'
import { METHODS } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { AppError, type AppErrorKind, createDatabase, createLogger } from '../src/index.ts'
import { buildApp, collectLines, portOf, sendRaw, serve, startIssuer } from './helpers.ts'

const open = { config: { access: 'public' } } as const

async function throwing(error: unknown, level = 'silent') {
  const { lines, destination } = collectLines()
  const app = await buildApp({ logger: createLogger({ service: 'test-service', level, destination }) })
  app.get('/thing', open, async () => {
    throw error
  })
  const answer = await app.inject({ url: '/thing?secret=1', headers: { 'x-request-id': 'mine' } })
  return { answer, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('a refusal', () => {
  it.each<[AppErrorKind, number]>([
    ['invalid', 422],
    ['unauthorized', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['gone', 410],
    ['precondition-failed', 412],
    ['precondition-required', 428],
    ['rate-limited', 429],
  ])('of kind %s is answered with %i and its code', async (kind, status) => {
    const { answer } = await throwing(new AppError(kind, 'thing.wrong', 'The thing is wrong', { internal: 'note' }))

    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toEqual({
      type: 'urn:problem-type:coursewire:thing.wrong',
      title: 'The thing is wrong',
      status,
      code: 'thing.wrong',
      instance: '/thing',
      requestId: 'mine',
    })
  })

  it('because of the rate says when to try again', async () => {
    const { answer } = await throwing(
      new AppError('rate-limited', 'requests.too-many', 'Slow down', { retryAfterSeconds: 12.2 }),
    )

    expect(answer.headers['retry-after']).toBe('13')
  })

  it('is logged once with its details, not as an error', async () => {
    const { lines } = await throwing(new AppError('conflict', 'thing.wrong', 'Wrong', { thingId: 7 }), 'info')

    expect(lines).toMatchObject([
      {
        level: 'info',
        msg: 'Request refused',
        requestId: 'mine',
        err: { code: 'thing.wrong', details: { thingId: 7 } },
      },
      { level: 'info', msg: 'Request completed', method: 'GET', url: '/thing', status: 409, requestId: 'mine' },
    ])
  })
})

describe('the answer to and the log of a refused request', () => {
  const long = 'x'.repeat(200_000)

  async function refuse(request: { url?: string; payload?: object; headers?: Record<string, string> }) {
    const { lines, destination } = collectLines()
    const app = await buildApp({ logger: createLogger({ service: 'test-service', level: 'info', destination }) })
    const body = z.strictObject({
      tags: z.array(z.string()).optional(),
      more: z.record(z.string(), z.int()).optional(),
    })
    app.post('/things', { schema: { body }, ...open }, async () => ({}))
    app.post('/refused', open, async (request) => {
      throw new AppError('conflict', 'thing.wrong', 'Wrong', { body: request.body }, { cause: new Error(long) })
    })
    app.post('/busy', open, async () => {
      throw new AppError('unavailable', 'thing.busy', 'Busy')
    })
    const answer = await app.inject({ method: 'POST', url: '/things', ...request })
    return {
      answer,
      lines,
      refusals: lines.filter((line) => line.includes('"Request ')).map((line) => JSON.parse(line)),
    }
  }

  it.each([
    ['an unknown key', { payload: { [long]: 1 } }],
    [
      'thousands of unknown keys',
      { payload: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1])) },
    ],
    ['thousands of wrong items', { payload: { tags: Array.from({ length: 50_000 }, () => 1) } }],
    ['a wrong item under a long key', { payload: { more: { [long]: 'x' } } }],
    ['text that the service quotes', { url: '/refused', payload: { [long]: { [long]: [long] } } }],
    ['a long path', { url: `/${long.slice(0, 20_000)}` }],
    ['a long media type', { headers: { 'content-type': long }, payload: {} }],
    ['no input at all', { url: '/busy' }],
  ])('are short and have no stack, even with %s', async (_name, request) => {
    const { answer, lines, refusals } = await refuse(request)

    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.statusCode).not.toBe(500)
    expect(answer.body.length).toBeLessThan(6_000)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4_000)
    expect(refusals.length).toBeGreaterThan(0)
    expect(JSON.stringify(refusals)).not.toContain('"stack"')
  })
})

describe('a failure', () => {
  it.each([
    ['a bug', new Error('secret text')],
    ['a thrown string', 'secret text'],
    ['nothing at all', null],
    ['an error that claims another 5xx', Object.assign(new Error('secret text'), { statusCode: 502 })],
  ])('that is %s is answered with 500 and hidden', async (_name, error) => {
    const { answer, lines } = await throwing(error, 'error')

    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret')
    expect(answer.json()).toMatchObject({ status: 500, code: 'server.error', title: 'Internal Server Error' })
    expect(lines).toMatchObject([{ level: 'error', msg: 'Request failed' }])
  })

  it.each([
    ['a lost connection', Object.assign(new Error('secret text'), { code: '08006' })],
    ['too many connections', Object.assign(new Error('secret text'), { code: '53300' })],
    ['a database that shuts down', Object.assign(new Error('secret text'), { code: '57P01' })],
    ['a database in recovery', new Error('secret text', { cause: Object.assign(new Error('x'), { code: '57P03' }) })],
    ['a database that accepts no writes', Object.assign(new Error('secret text'), { code: '25006' })],
    ['a transaction that took too long', Object.assign(new Error('secret text'), { code: '25P04' })],
    ['a password that is no longer ours', Object.assign(new Error('secret text'), { code: '28P01' })],
    ['a database that is being restored', Object.assign(new Error('secret text'), { code: '3D000' })],
    ['a disk that fails', Object.assign(new Error('secret text'), { code: '58030' })],
    ['a plan from before a migration', Object.assign(new Error('secret text'), { routine: 'RevalidateCachedQuery' })],
    ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
    [
      'a connection cut in a query',
      new Error('secret text', { cause: new Error('Connection terminated unexpectedly') }),
    ],
    ['an unavailable AppError', new AppError('unavailable', 'secret.text', 'secret text')],
  ])('that is %s is answered with 503 and Retry-After', async (_name, error) => {
    const { answer } = await throwing(error)

    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('2')
    expect(answer.body).not.toContain('secret')
    expect(answer.json()).toMatchObject({ status: 503, code: 'service.unavailable' })
  })

  it('to reach the database is answered with 503', async () => {
    const { close, port } = await serve(() => undefined)
    await close()
    const pool = new pg.Pool({ connectionString: `postgres://nobody@127.0.0.1:${port}/none` })
    const error = await createDatabase(pool)
      .execute('select 1')
      .catch((reason: unknown) => reason)

    expect((await throwing(error)).answer.statusCode).toBe(503)
    await pool.end()
  })
})

describe('a request without a route', () => {
  it('is answered with 404 if the path is unknown', async () => {
    const app = await buildApp()

    const answer = await app.inject({ method: 'POST', url: '/nowhere?token=x', payload: '{', headers: {} })

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ status: 404, code: 'route.not-found', instance: '/nowhere' })
  })

  it('is refused before its body is read', async () => {
    const app = await buildApp()
    app.get('/things/:id', open, async () => ({}))
    const send = (url: string) =>
      app.inject({ method: 'PUT', url, payload: '{', headers: { 'content-type': 'text/plain' } })

    expect((await send('/nowhere')).statusCode).toBe(404)
    expect((await send('/things/1')).statusCode).toBe(405)
  })

  it.each([...METHODS.filter((name) => !['GET', 'HEAD', 'POST'].includes(name)), 'BREW', 'GETS', 'get'])(
    'is answered with 405 and Allow if the method is %s',
    async (method) => {
      const app = await buildApp()
      app.get('/things/:id', open, async () => ({}))
      app.post('/things/:id', open, async () => ({}))
      await app.listen({ port: 0, host: '127.0.0.1' })

      const answer = await sendRaw(portOf(app), `${method} /things/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)

      expect(answer).toMatch(/^HTTP\/1.1 405 /)
      expect(answer).toContain('allow: GET, HEAD, POST\r\n')
      expect(answer).toContain('"code":"method.not-allowed"')
    },
  )
})

describe('the HTTP server', () => {
  async function listen(options: { requestTimeoutMs?: number } = {}) {
    const { jwksUrl } = await startIssuer()
    const app = await buildApp({ jwksUrl, ...options })
    app.post('/things', open, async () => ({}))
    app.get('/guarded', { config: { access: ['student'] } }, async () => ({}))
    app.get('/tenant', open, async (request) => ({ tenant: request.tenantId }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app
  }

  const manyHeaders = (count: number) => `${'a:b\r\n'.repeat(count - 1)}Connection: close\r\n`
  const both = 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'
  it.each([
    ['with two lengths', 400, `POST /things HTTP/1.1\r\nHost: a\r\n${both}\r\n0\r\n\r\n`],
    ['with two hosts', 400, 'GET /tenant HTTP/1.1\r\nHost: acme.test\r\nHost: b\r\nConnection: close\r\n\r\n'],
    ['with a repeated host', 400, 'GET /tenant HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['without a host', 400, 'GET /tenant HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['with an invalid host', 400, 'GET /tenant HTTP/1.1\r\nHost: a/b?c@d\r\nConnection: close\r\n\r\n'],
    ['with an unknown expectation', 417, 'GET /tenant HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n'],
    ['with more headers than Node passes on', 431, `GET /tenant HTTP/1.1\r\nHost: a\r\n${manyHeaders(2_000)}\r\n`],
    ['with an unknown method and path', 404, 'BREW /nowhere HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['without a path', 400, 'BREW HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'with headers that are too large',
      431,
      `GET /guarded HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`,
    ],
    ['that is not HTTP at all', 400, 'hello\r\n\r\n'],
  ])('answers a request %s with a problem and closes the connection', async (_name, status, bytes) => {
    const app = await listen()

    const answer = await sendRaw(portOf(app), bytes)

    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer).toContain('content-type: application/problem+json')
    expect(JSON.parse(/{.*}/.exec(answer)?.[0] ?? '')).toMatchObject({ status, requestId: expect.any(String) })
  })

  it('accepts two thousand headers', async () => {
    const app = await listen()

    const answer = await sendRaw(portOf(app), `GET /tenant HTTP/1.1\r\nHost: acme.test\r\n${manyHeaders(1_999)}\r\n`)

    expect(answer).toContain('{"tenant":"acme"}')
  })

  it.each([
    ['Authorization', 401],
    ['Content-Type', 415],
  ])('does not use the first of two %s headers', async (name, status) => {
    const app = await listen()
    const value = name === 'Authorization' ? `Bearer ${await (await startIssuer()).sign()}` : 'application/json'
    const [method, path] = name === 'Authorization' ? ['GET', '/guarded'] : ['POST', '/things']

    const answer = await sendRaw(
      portOf(app),
      `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${name}: ${value}\r\n${name}: x\r\nContent-Length: 2\r\n\r\n{}`,
    )

    expect(answer).toContain(`HTTP/1.1 ${status} `)
  })

  it('passes a token of 16 KB to the token check', async () => {
    const app = await listen()

    const answer = await sendRaw(
      portOf(app),
      `GET /guarded HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${'x'.repeat(16_384)}\r\n\r\n`,
    )

    expect(answer).toContain('HTTP/1.1 401 ')
    expect(answer).toContain('"code":"token.invalid"')
  })

  it('treats an HTTP/1.0 request without a host as one for the default tenant', async () => {
    const app = await listen()

    expect(await sendRaw(portOf(app), 'GET /tenant HTTP/1.0\r\n\r\n')).toContain('{"tenant":"house"}')
  })

  it.each([
    ['hangs up at once', (client: Socket) => void client.resetAndDestroy()],
    ['never hangs up', () => {}],
  ])('has no error and no open connection after a client that asks for a tunnel and %s', async (_name, leave) => {
    const app = await listen()
    const errors: unknown[] = []
    const note = (error: unknown) => void errors.push(error)
    process.on('uncaughtException', note)
    onTestFinished(() => void process.off('uncaughtException', note))
    const closed = new Promise<void>((resolve) => {
      app.server.once('connection', (socket) => void socket.on('close', () => setImmediate(resolve)))
    })
    const client = connect({ port: portOf(app), host: '127.0.0.1', allowHalfOpen: true })
    client.on('error', () => {})
    onTestFinished(() => void client.destroy())

    client.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', () => leave(client))

    await closed
    expect(errors).toEqual([])
  })

  it('gives up on a body that never ends with 408', async () => {
    const app = await listen({ requestTimeoutMs: 100 })
    const socket = connect(portOf(app), '127.0.0.1')
    await once(socket, 'connect')

    socket.write('POST /things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{')

    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 [^]*"code":"request.timeout"/)
  })
})

it('an app shows problems in its own way, whoever notices them, with its own headers', async () => {
  const app = await buildApp({
    headers: { 'x-frame-options': 'DENY' },
    showProblem: ({ status }, { url }) =>
      url.startsWith('/api') ? null : { headers: { 'content-type': 'text/html' }, body: `<p>${status}</p>` },
  })
  app.get('/broken', open, () => Promise.reject(new Error('A bug')))
  app.get('/files/:name', open, async (_request, reply) => reply.callNotFound())

  for (const [path, status] of [
    ['/broken', 500],
    ['/nothing', 404],
    ['/files/nothing', 404],
    ['/files/%ZZ', 400],
  ] as const) {
    const { statusCode, headers, body } = await app.inject(path)
    expect([path, statusCode, headers['content-type'], body]).toEqual([path, status, 'text/html', `<p>${status}</p>`])
    expect([headers['x-frame-options'], headers['x-content-type-options']]).toEqual(['DENY', 'nosniff'])
  }
  expect((await app.inject('/api/nothing')).headers['content-type']).toBe('application/problem+json')
})
