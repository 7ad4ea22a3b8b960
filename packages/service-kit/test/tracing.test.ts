import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { createTestDatabase, waitFor } from '@coursewire/testing'
import { startTraceServer } from '@coursewire/traces'
import { SpanKind } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  activeTraceparent,
  createBatcher,
  createDatabase,
  createLogger,
  createPool,
  createServiceClient,
  type HttpApp,
  inSpan,
  isTracing,
  openTracing,
} from '../src/index.ts'
import { buildApp, collectLines, serve } from './helpers.ts'

const service = { name: 'test-service', version: '1.2.3' }
const silent = createLogger({ service: 'test-service', level: 'silent' })
const open = { config: { access: 'public' } } as const
const caller = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const traceOfCaller = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('without spans', () => {
  it.each([
    ['nothing names an exporter', {}],
    ['there is to be none', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_TRACES_EXPORTER: 'none' }],
    [
      'OpenTelemetry is switched off',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_SDK_DISABLED: 'true' },
    ],
  ])('nothing is loaded if %s', async (_, env) => {
    await openTracing(service, env, silent)

    expect(isTracing).toBe(false)
    expect(await inSpan('work', { kind: SpanKind.INTERNAL, parent: null }, async () => activeTraceparent())).toBeNull()
  })

  it.each([
    ['another protocol', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'give an endpoint that takes it'],
    ['another exporter', { OTEL_TRACES_EXPORTER: 'zipkin' }, 'give otlp, none or nothing'],
    ['an unknown sampler', { OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    ['too large a share', { OTEL_TRACES_SAMPLER_ARG: '10' }, 'OTEL_TRACES_SAMPLER_ARG'],
  ])('%s stops the start, because the SDK would ignore it', async (_, env, reason) => {
    await expect(openTracing(service, env, silent)).rejects.toThrow(reason)
  })

  it('a problem has the id of the trace that its request brought', async () => {
    const app = await buildApp()

    const answers = [
      await app.inject({ url: '/none', headers: { traceparent: caller } }),
      await app.inject({ url: '/none' }),
    ]

    expect(answers.map((answer) => answer.json().traceId)).toEqual([traceOfCaller, undefined])
  })
})

describe('with spans', () => {
  const ofTracing = collectLines()
  let traces: Awaited<ReturnType<typeof startTraceServer>>
  let tracing: Awaited<ReturnType<typeof openTracing>>

  beforeAll(async () => {
    traces = await startTraceServer({ port: 0 })
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', traces.url)
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
    // A failing export is tried again for so long.
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500')
    const logger = createLogger({ service: 'test-service', level: 'info', destination: ofTracing.destination })
    tracing = await openTracing(service, process.env, logger)
  })

  afterAll(() => vi.unstubAllEnvs())

  /** The lines of a request, once this one is there. */
  const waitForLines = (lines: string[], last: string) =>
    waitFor(() => {
      const [, ...logged] = lines.map((line) => JSON.parse(line) as { msg: string; traceId?: string })
      return logged.some(({ msg }) => msg === last) && logged
    })

  /** Posts a body whose end comes later than its request, and returns the answer. */
  async function postInParts(app: HttpApp, path: string, [first, rest]: [string, string]): Promise<unknown> {
    const headers = { 'content-type': 'application/json', traceparent: caller }
    const sent = request(`${await app.listen({ port: 0 })}${path}`, { method: 'POST', headers })
    const answered = once(sent, 'response')
    sent.write(first)
    await once(app.server, 'request')
    sent.end(rest)
    const [answer] = (await answered) as [IncomingMessage]
    return json(answer)
  }

  /** The spans of a trace, once there are so many. */
  const spansOf = (traceId: string, count: number) =>
    waitFor(() => {
      const spans = traces.spansOf(traceId)
      return spans.length >= count && spans
    })
  const idOf = (traceparent: string | null) => traceparent?.slice(3, 35) ?? ''
  const inTrace = <Result>(name: string, work: () => Promise<Result>) =>
    inSpan(name, { kind: SpanKind.INTERNAL, parent: null }, work)

  it('a request continues the trace of its caller, and everything in it is part of that', async () => {
    const { lines, destination } = collectLines()
    const logger = createLogger({ service: 'test-service', level: 'info', destination })
    const app = await buildApp({ logger })
    app.post('/notes/:id', { ...open, schema: { body: z.object({ text: z.string() }) } }, async (request) => {
      logger.info('Noted')
      return { traceparent: request.traceparent, active: activeTraceparent() }
    })

    const answer = await postInParts(app, '/notes/ada?by=ada', ['{"text":', '"of Ada"}'])

    const [span] = await spansOf(traceOfCaller, 1)
    const { traceparent, active } = answer as { traceparent: string; active: string }
    expect(traceparent).toBe(`00-${traceOfCaller}-${span?.spanId}-01`)
    expect(active).toBe(traceparent)
    expect(span).toMatchObject({ name: 'POST /notes/:id', kind: 'server', parentSpanId: '00f067aa0ba902b7' })
    expect(span?.attributes).toMatchObject({ 'http.route': '/notes/:id', 'http.response.status_code': 200 })
    expect(JSON.stringify(span).toLowerCase()).not.toContain('ada')
    const logged = await waitForLines(lines, 'Request completed')
    expect(logged.map(({ msg }) => msg)).toEqual(['Noted', 'Request completed'])
    expect(logged.map(({ traceId }) => traceId)).toEqual([traceOfCaller, traceOfCaller])
  })

  it('a refused body has its trace in the log and in the problem, although the end of a body belongs to no request', async () => {
    const { lines, destination } = collectLines()
    const app = await buildApp({ logger: createLogger({ service: 'test-service', level: 'info', destination }) })
    app.post('/notes', open, async () => 'noted')

    const { traceId } = (await postInParts(app, '/notes', ['{"text":', 'none'])) as { traceId: string }

    expect(traceId).toBe(traceOfCaller)
    expect(await waitForLines(lines, 'Request completed')).toMatchObject([
      { msg: 'Request refused', traceId },
      { msg: 'Request completed', traceId },
    ])
  })

  it('an answer that something else ends has its trace in the log', async () => {
    const { lines, destination } = collectLines()
    const app = await buildApp({ logger: createLogger({ service: 'test-service', level: 'info', destination }) })
    const answer = new PassThrough()
    app.get('/notes', open, (_request, reply) => reply.send(answer))
    const url = await app.listen({ port: 0 })

    const asking = fetch(`${url}/notes`, { headers: { traceparent: caller } })
    await once(app.server, 'request')
    answer.end('noted')

    expect(await (await asking).text()).toBe('noted')
    expect(await waitForLines(lines, 'Request completed')).toMatchObject([{ traceId: traceOfCaller }])
  })

  it('routes for machines that watch, and for people who stay unknown, are part of no trace', async () => {
    const app = await buildApp()
    app.get('/view', { config: { access: 'public', isAnonymous: true } }, async () => ({ active: activeTraceparent() }))

    const view = await app.inject({ url: '/view' })
    const health = await app.inject({ url: '/health/ready', headers: { traceparent: caller.replace('4bf', '111') } })
    const last = await app.inject({ url: '/none' })

    await spansOf(last.json().traceId, 1)
    expect([view.json(), health.statusCode]).toEqual([{ active: null }, 200])
    expect(traces.spansOf(traceOfCaller.replace('4bf', '111'))).toEqual([])
  })

  it('a trace that its caller does not sample is passed on, and not exported', async () => {
    const app = await buildApp()
    app.get('/notes', open, async (request) => ({ traceparent: request.traceparent }))
    const unsampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

    const answer = await app.inject({ url: '/notes', headers: { traceparent: unsampled } })
    const last = await app.inject({ url: '/none' })

    await spansOf(last.json().traceId, 1)
    expect(answer.json().traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/)
    expect(traces.spansOf('0af7651916cd43dd8448eb211c80319c')).toEqual([])
  })

  it('a call of another service passes its trace on', async () => {
    const seen: unknown[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers['traceparent'])
      const answer = request.method === 'POST' ? { token: 'a', expiresIn: 60 } : { name: 'Bread' }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
    const secret = { clientId: 'test', clientSecret: 'test' }
    const client = createServiceClient({ tokenUrl: `${other.url}/token`, ...secret, logger: silent })

    const traceId = await inTrace('read', async () => {
      await client.get(`${other.url}/courses/bread`, 'acme', z.object({ name: z.string() }))
      return idOf(activeTraceparent())
    })

    const spans = await spansOf(traceId, 3)
    const calls = spans.filter(({ kind }) => kind === 'client')
    expect(seen).toEqual(calls.map(({ spanId }) => `00-${traceId}-${spanId}-01`))
  })

  it('items that share a batch are linked with it, and one alone runs in its own trace', async () => {
    const active: string[] = []
    const submit = createBatcher(
      async (items: string[]) => {
        active.push(idOf(activeTraceparent()))
        return items
      },
      { concurrent: 1, maxBatch: 10, maxWaiting: 10, busyCode: 'notes.busy' },
    )
    const write = (item: string) =>
      inTrace('write', async () => {
        const traceId = idOf(activeTraceparent())
        await submit(item)
        return traceId
      })

    const [alone = '', ...together] = await Promise.all(['a', 'b', 'c'].map(write))

    const [ofAlone, ofBatch = ''] = active
    expect(ofAlone).toBe(alone)
    const [batch] = await spansOf(ofBatch, 1)
    expect(batch?.links.map(({ traceId }) => traceId)).toEqual(together)
    for (const traceId of together) {
      const item = (await spansOf(traceId, 2)).find(({ name }) => name === 'batch notes')
      expect(item?.links).toEqual([{ traceId: ofBatch, spanId: batch?.spanId }])
    }
  })

  it('statements are part of the trace that asks, also while another one gives the connection back', async () => {
    const database = await createTestDatabase()
    const pool = createPool({ url: database.databaseUrl, max: 1, name: 'test', logger: silent })
    const ask = (name: string) =>
      inTrace(name, async () => {
        await pool.query({ name: `ask-${name}`, text: 'SELECT $1::text AS secret', values: ['ada@example.com'] })
        return idOf(activeTraceparent())
      })

    const ids = await Promise.all([ask('one'), ask('two')])
    await createDatabase(pool).transaction((tx) => tx.execute('SELECT 1'))
    const failing = inTrace('three', async () => {
      const traceId = idOf(activeTraceparent())
      return pool.query('SELECT 1/0').then(
        () => '',
        () => traceId,
      )
    })

    for (const [index, name] of ['one', 'two'].entries()) {
      const spans = await spansOf(ids[index] ?? '', 3)
      expect(spans.map((span) => span.name).toSorted()).toEqual(
        [`ask-${name}`, name, 'wait for a connection'].toSorted(),
      )
      expect(JSON.stringify(spans)).not.toContain('ada@example.com')
    }
    const failed = (await spansOf(await failing, 2)).find(({ hasFailed }) => hasFailed)
    expect(failed).toMatchObject({
      name: 'SELECT',
      attributes: { 'error.type': '22012', 'db.query.text': 'SELECT 1/0' },
    })
    await pool.end()
    await database.drop()
  })

  it('a collector that is down is in the log once, and does not hold up the end', async () => {
    await traces.close()

    await inTrace('lost', async () => undefined)
    await inTrace('lost too', async () => undefined)

    await waitFor(() => ofTracing.lines.length > 0)
    await tracing.close()
    expect(ofTracing.lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', msg: 'Spans cannot be exported' },
    ])
  })
})
