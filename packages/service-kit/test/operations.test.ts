import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { waitFor } from '@coursewire/testing'
import { metrics } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../src/index.ts'
import { buildApp, collectLines, portOf, serve, startIssuer, withResolvers } from './helpers.ts'

const open = { config: { access: 'public' } } as const

describe('request ids', () => {
  it.each([['abc-123._X'], ['a'.repeat(128)]])('are kept if they are plain, such as %s', async (given) => {
    const app = await buildApp()
    app.get('/id', open, async (request) => ({ id: request.id }))

    const answer = await app.inject({ url: '/id', headers: { 'x-request-id': given } })

    expect(answer.json()).toEqual({ id: given })
    expect(answer.headers['x-request-id']).toBe(given)
  })

  it.each([['a b'], [''], ['a'.repeat(129)], ['a\u001b[31m'], ['{"a":1}'], ['ü']])(
    'are replaced if they are not plain, such as %j',
    async (given) => {
      const app = await buildApp()
      app.get('/id', open, async (request) => ({ id: request.id }))

      const answer = await app.inject({ url: '/id', headers: { 'x-request-id': given } })

      expect(answer.json().id).toMatch(/^[0-9a-f-]{36}$/)
      expect(answer.headers['x-request-id']).toBe(answer.json().id)
    },
  )
})

describe('the trace context', () => {
  const wellFormed = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  it.each([
    [wellFormed, wellFormed],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', null],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', null],
    [`ff${wellFormed.slice(2)}`, null],
    [wellFormed.toUpperCase(), null],
    ['anything', null],
  ])('%s is passed on as %s', async (traceparent, expected) => {
    const app = await buildApp()
    app.get('/trace', open, async (request) => ({ traceparent: request.traceparent }))

    const answer = await app.inject({ url: '/trace', headers: { traceparent } })

    expect(answer.json()).toEqual({ traceparent: expected })
  })
})

describe('health', () => {
  it('is ok while nothing is wrong', async () => {
    const app = await buildApp()

    for (const url of ['/health/live', '/health/ready']) {
      const answer = await app.inject({ url })
      expect(answer.statusCode).toBe(200)
      expect(answer.json()).toEqual({ status: 'ok', service: 'test-service', version: '1.2.3' })
    }
  })

  it('distinguishes live from ready, and gives the reason only to the log', async () => {
    const { lines, destination } = collectLines()
    const app = await buildApp({
      logger: createLogger({ service: 'test-service', level: 'warn', destination }),
      health: { live: () => null, ready: () => Promise.reject(new Error('tables are missing')) },
    })

    const ready = await app.inject({ url: '/health/ready' })

    expect((await app.inject({ url: '/health/live' })).statusCode).toBe(200)
    expect(ready.statusCode).toBe(503)
    expect(ready.headers['content-type']).toBe('application/problem+json')
    expect(ready.body).not.toContain('tables')
    expect(lines.join()).toContain('tables are missing')
  })

  it('reports a process that cannot continue as not live', async () => {
    const app = await buildApp({ health: { live: () => 'stuck', ready: async () => {} } })

    expect((await app.inject({ url: '/health/live' })).statusCode).toBe(503)
    expect((await app.inject({ url: '/health/ready' })).statusCode).toBe(200)
  })

  it('runs one check for concurrent requests, and gives up on a check that hangs', async () => {
    let asked = 0
    const app = await buildApp({
      health: {
        live: () => null,
        ready() {
          asked += 1
          return new Promise(() => {})
        },
      },
    })

    const answers = await Promise.all(Array.from({ length: 20 }, () => app.inject({ url: '/health/ready' })))
    answers.push(await app.inject({ url: '/health/ready' }))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(21).fill(503))
    expect(asked).toBe(1)
  })

  it('is not ready before the keys of tokens are known, and stays ready when their issuer is down', async () => {
    const issuer = await startIssuer()
    const later = await serve((_request, response) => response.writeHead(503).end())
    const unknowing = await buildApp({ jwksUrl: later.url })
    const knowing = await buildApp({ jwksUrl: issuer.jwksUrl })

    expect((await unknowing.inject({ url: '/health/ready' })).statusCode).toBe(503)
    expect((await knowing.inject({ url: '/health/ready' })).statusCode).toBe(200)
    await issuer.close()
    expect((await knowing.inject({ url: '/health/ready' })).statusCode).toBe(200)
  })

  it('is ready at once if the keys are its own', async () => {
    const { jwk, sign } = await startIssuer()
    const app = await buildApp({ jwksUrl: 'http://127.0.0.1:9/nowhere', keySet: () => ({ keys: [jwk] }) })
    app.get('/mine', { config: { access: ['student'] } }, async ({ caller }) => caller)

    expect((await app.inject({ url: '/health/ready' })).statusCode).toBe(200)
    const headers = { authorization: `Bearer ${await sign()}` }
    expect((await app.inject({ url: '/mine', headers })).json()).toMatchObject({ id: 'student-1' })
  })
})

describe('metrics', () => {
  it('count requests by route, and include what other packages measure', async () => {
    const app = await buildApp()
    app.get('/measured/:id', open, async () => ({}))
    metrics.getMeter('elsewhere').createCounter('things_total').add(3)

    await app.inject({ url: '/measured/1' })
    await app.inject({ url: '/measured/2' })
    const { body, headers } = await app.inject({ url: '/metrics' })

    expect(headers['content-type']).toContain('text/plain')
    expect(body).toContain('http_request_duration_seconds_count{method="GET",route="/measured/:id",status="200"} 2\n')
    expect(body).toContain('\nthings_total 3\n')
    expect(body).toMatch(/\nprocess_resident_memory_bytes \d+\n/)
    expect(body).toMatch(/\nnodejs_heap_limit_bytes \d+\n/)
    expect(body).toMatch(/\nprocess_cpu_seconds_total [\d.]+\n/)
    expect(body).toMatch(/\nnodejs_eventloop_lag_seconds [\d.e-]+\n/)
  })
})

describe('documentation', () => {
  it('is generated from the routes', async () => {
    const { jwksUrl } = await startIssuer()
    const app = await buildApp({ jwksUrl, docs: { title: 'Test', description: 'For tests', tags: [] } })
    const thing = z.strictObject({ name: z.string().max(10) }).meta({ id: 'Thing', example: { name: 'a' } })
    const schema = { body: thing, response: { 201: thing }, refusals: { 409: ['thing.taken', 'thing.odd'] } }
    app.post(
      '/things',
      { schema: { ...schema, answerHeaders: { 201: ['ETag'] } }, config: { access: ['admin'] } },
      async () => ({
        name: 'a',
      }),
    )
    app.get('/things', { schema: { response: { 200: thing } }, ...open }, async () => ({ name: 'a' }))

    const { paths, components, ...about } = (await app.inject({ url: '/openapi.json' })).json()
    const { post, get } = paths['/things']

    expect(about).toMatchObject({ openapi: '3.1.0', info: { title: 'Test' } })
    expect(Object.keys(paths)).toEqual(['/things'])
    expect(post.security).toEqual([{ bearer: ['admin'] }])
    expect(post.responses[201].headers).toHaveProperty('ETag')
    expect(Object.keys(post.responses)).toEqual(['201', '400', '401', '403', '409', '413', '415', '500', '503'])
    expect(post.responses[409]).toEqual({ $ref: '#/components/responses/ThingTakenOrThingOdd' })
    expect(components.responses.ThingTakenOrThingOdd.content['application/problem+json'].schema).toEqual({
      oneOf: [{ $ref: '#/components/schemas/ThingTaken' }, { $ref: '#/components/schemas/ThingOdd' }],
    })
    expect(components.schemas.ThingTaken.properties).toEqual({ status: { const: 409 }, code: { const: 'thing.taken' } })
    expect(components.schemas.Problem.properties.code.enum).toContain('thing.taken')
    expect(get.security).toEqual([])
    expect(Object.keys(get.responses)).toEqual(['200', '400', '500', '503'])
    expect(components.schemas.ThingInput.examples).toEqual([{ name: 'a' }])
  })

  it('asks for words where a pattern is not for everybody', async () => {
    const app = await buildApp({ docs: { title: 'Test', description: 'For tests', tags: [] } })
    const text = z.string().regex(/^\P{Cc}*$/u)
    app.get('/:text', { schema: { params: z.object({ text }) }, ...open }, async () => ({}))

    expect((await app.inject({ url: '/openapi.json' })).statusCode).toBe(500)
  })

  it('can be read in a browser', async () => {
    const app = await buildApp({ docs: { title: 'Test', description: 'For tests', tags: [] } })

    const page = await app.inject({ url: '/docs/' })
    const script = /src="\.?\/?([^"]*swagger-ui-bundle[^"]*)"/.exec(page.body)?.[1] ?? ''

    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(page.body).not.toMatch(/<script>(?!<)/)
    expect((await app.inject({ url: new URL(script, 'http://a/docs/').pathname })).statusCode).toBe(200)
  })

  it('does not exist for a service without an API', async () => {
    const app = await buildApp()

    expect((await app.inject({ url: '/docs' })).statusCode).toBe(404)
    expect((await app.inject({ url: '/openapi.json' })).statusCode).toBe(404)
  })
})

describe('a response', () => {
  it('always has the security headers, except for a 304', async () => {
    const app = await buildApp()
    app.get('/', open, async () => ({}))
    app.get('/broken', open, async () => Promise.reject(new Error('broken')))
    app.get('/unchanged', open, async (_request, reply) => reply.code(304).send())

    for (const [url, statusCode] of Object.entries({ '/': 200, '/broken': 500, '/nowhere': 404 })) {
      const headers = { 'x-content-type-options': 'nosniff', 'content-security-policy': expect.anything() }
      expect(await app.inject({ url })).toMatchObject({ statusCode, headers })
    }
    expect((await app.inject({ url: '/unchanged' })).headers).not.toHaveProperty('content-security-policy')
  })

  it('that breaks its schema is answered with 500', async () => {
    const app = await buildApp()
    const response = { 200: z.object({ id: z.string() }) }
    app.get('/broken', { schema: { response }, ...open }, async () => ({ id: 5 }) as unknown as { id: string })

    const answer = await app.inject({ url: '/broken' })

    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'server.error' })
  })
})

describe('closing', () => {
  it('answers requests in progress, closes connections, and ends despite connected clients', async () => {
    const app = await buildApp()
    const entered = withResolvers()
    const release = withResolvers()
    app.get('/slow', open, async () => {
      entered.resolve()
      await release.promise
      return { done: true }
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const port = portOf(app)
    const agent = new Agent({ keepAlive: true })
    const idle = get({ port, host: '127.0.0.1', path: '/health/live', agent })
    const [idleAnswer] = await once(idle, 'response')
    idleAnswer.resume()
    await once(idleAnswer, 'end')
    const silent = connect(port, '127.0.0.1')
    await once(silent, 'connect')
    const slow = get({ port, host: '127.0.0.1', path: '/slow', agent: new Agent({ keepAlive: true }) })
    await entered.promise

    const closed = app.close()
    await once(silent, 'close')
    release.resolve()
    const [answer] = await once(slow, 'response')
    answer.resume()

    expect(answer.statusCode).toBe(200)
    expect(answer.headers.connection).toBe('close')
    await closed
    agent.destroy()
  })

  it('waits for a slow answer, but not for a client that sends slowly', async () => {
    const app = await buildApp()
    const entered = withResolvers()
    const release = withResolvers()
    app.post('/slow', { schema: { body: z.strictObject({}) }, ...open }, async () => {
      entered.resolve()
      await release.promise
      return { done: true }
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const head = 'POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n'
    const slowSender = connect(portOf(app), '127.0.0.1')
    slowSender.write(`${head}{`)
    const waiting = connect(portOf(app), '127.0.0.1').setEncoding('utf8')
    waiting.write(`${head}{}`)
    await entered.promise

    const closed = app.close()
    // This happens three seconds later.
    await once(slowSender, 'close')
    release.resolve()
    const [answer] = await once(waiting, 'data')

    expect(answer).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close/i)
    await closed
  })

  it('answers a request that was on its way over an open connection', async () => {
    const app = await buildApp()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const early = connect(portOf(app), '127.0.0.1')
    await once(early, 'connect')
    await waitFor(
      () => new Promise<boolean>((resolve) => app.server.getConnections((_, count) => resolve(count === 1))),
    )

    const closed = app.close()
    await waitFor(() => !app.server.listening)
    early.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const [answer] = await once(early.setEncoding('utf8'), 'data')

    expect(answer).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close/i)
    await closed
  })
})
