import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
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
  ])('of kind %s answers %i with its code', async (kind, status) => {
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

  it('for the rate says when to come back', async () => {
    const { answer } = await throwing(
      new AppError('rate-limited', 'requests.too-many', 'Slow down', { retryAfterSeconds: 12.2 }),
    )

    expect(answer.headers['retry-after']).toBe('13')
  })

  it('is logged once, as expected, with its details', async () => {
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

describe('a failure', () => {
  it.each([
    ['a bug', new Error('secret text')],
    ['a thrown string', 'secret text'],
    ['nothing at all', null],
    ['an error that claims another 5xx', Object.assign(new Error('secret text'), { statusCode: 502 })],
  ])('that is %s answers 500 and hides it', async (_name, error) => {
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
    ['a database that takes no writes', Object.assign(new Error('secret text'), { code: '25006' })],
    ['a transaction that took too long', Object.assign(new Error('secret text'), { code: '25P04' })],
    ['a password that is no longer ours', Object.assign(new Error('secret text'), { code: '28P01' })],
    ['a database that is being restored', Object.assign(new Error('secret text'), { code: '3D000' })],
    ['a disk that fails', Object.assign(new Error('secret text'), { code: '58030' })],
    ['a plan of before a migration', Object.assign(new Error('secret text'), { routine: 'RevalidateCachedQuery' })],
    ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
    [
      'a connection cut in a query',
      new Error('secret text', { cause: new Error('Connection terminated unexpectedly') }),
    ],
    ['an unavailable AppError', new AppError('unavailable', 'secret.text', 'secret text')],
  ])('that is %s answers 503 with Retry-After', async (_name, error) => {
    const { answer } = await throwing(error)

    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('2')
    expect(answer.body).not.toContain('secret')
    expect(answer.json()).toMatchObject({ status: 503, code: 'service.unavailable' })
  })

  it('to reach the database answers 503', async () => {
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

describe('what no route answers', () => {
  it('is 404 for an unknown path', async () => {
    const app = await buildApp()

    const answer = await app.inject({ method: 'POST', url: '/nowhere?token=x', payload: '{', headers: {} })

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ status: 404, code: 'route.not-found', instance: '/nowhere' })
  })

  it.each([['PUT'], ['DELETE'], ['OPTIONS'], ['PROPFIND'], ['TRACE']])('is 405 with Allow for %s', async (method) => {
    const app = await buildApp()
    app.get('/things/:id', open, async () => ({}))
    app.post('/things/:id', open, async () => ({}))
    await app.listen({ port: 0, host: '127.0.0.1' })

    const answer = await sendRaw(portOf(app), `${method} /things/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)

    expect(answer).toMatch(/^HTTP\/1.1 405 /)
    expect(answer).toContain('allow: GET, HEAD, POST\r\n')
    expect(answer).toContain('"code":"method.not-allowed"')
  })
})

describe('what is not HTTP as it should be', () => {
  async function listen() {
    const { jwksUrl } = await startIssuer()
    const app = await buildApp({ jwksUrl })
    app.post('/things', open, async () => ({}))
    app.get('/guarded', { config: { access: ['student'] } }, async () => ({}))
    app.get('/tenant', open, async (request) => ({ tenant: request.tenantId }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app
  }

  const both = 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'
  it.each([
    ['two lengths', 400, `POST /things HTTP/1.1\r\nHost: a\r\n${both}\r\n0\r\n\r\n`],
    ['a method nobody knows', 400, 'BREW /things HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['headers beyond all', 431, `GET /guarded HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['no HTTP at all', 400, 'hello\r\n\r\n'],
  ])('%s is answered with a problem and hung up on', async (_name, status, bytes) => {
    const app = await listen()

    const answer = await sendRaw(portOf(app), bytes)

    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer).toContain('content-type: application/problem+json')
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, requestId: expect.any(String) })
  })

  it('a token of 16 KB reaches the token check', async () => {
    const app = await listen()

    const answer = await sendRaw(
      portOf(app),
      `GET /guarded HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${'x'.repeat(16_384)}\r\n\r\n`,
    )

    expect(answer).toContain('HTTP/1.1 401 ')
    expect(answer).toContain('"code":"token.invalid"')
  })

  it('a request without a host is one to the default tenant', async () => {
    const app = await listen()

    expect(await sendRaw(portOf(app), 'GET /tenant HTTP/1.0\r\n\r\n')).toContain('{"tenant":"house"}')
  })

  it('a body that never ends is given up with 408', async () => {
    const app = await listen()
    app.server.requestTimeout = 100
    app.server.headersTimeout = 100
    const socket = connect(portOf(app), '127.0.0.1')
    await once(socket, 'connect')

    socket.write('POST /things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{')

    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 [^]*"code":"request.timeout"/)
  })
})
