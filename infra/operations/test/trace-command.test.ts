import { activeTraceparent, CORRELATION_ID, createLogger, inSpan, inSpans, openTracing } from '@coursewire/service-kit'
import { startTraceServer } from '@coursewire/traces'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from '../src/run-command.ts'
import { createTrace } from '../src/trace.ts'

const [server, client, internal, consumer] = [1, 2, 0, 4]
let traces: Awaited<ReturnType<typeof startTraceServer>>

const trace = (...args: string[]) => runHere((terminal) => createTrace({ ...terminal, url: traces.url }), {}, args)

/** Makes the span of a request, and returns its trace context. */
const request = (id: string) =>
  inSpan('POST /orders', { kind: server, attributes: { [CORRELATION_ID]: id }, parent: null }, async () =>
    inSpan('INSERT', { kind: client }, async () => activeTraceparent()),
  )

beforeAll(async () => {
  traces = await startTraceServer({ port: 0 })
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', traces.url)
  const logger = createLogger({ service: 'shop', level: 'silent' })
  const tracing = await openTracing({ name: 'shop', version: '1.2.3' }, process.env, logger)
  const parents = [await request('req-1'), await request('req-2')]
  const items = () => parents.map((parent) => ({ name: 'process orders', parent }))
  await inSpans('process batch', consumer, items, () => inSpan('COMMIT', { kind: client }, async () => undefined))
  const refused = Object.assign(new Error('ada@example.com is refused'), { code: 'ECONNREFUSED' })
  const sending = inSpan('send mail', { kind: internal, parent: parents[0] ?? null }, () => Promise.reject(refused))
  await sending.catch(() => undefined)
  await tracing.close()
})

afterAll(() => traces.close())

/** Leaves out what is different each time. */
const plain = (text: string) => text.replace(/ +[\d.]+ m?s\b/g, ' MS').replace(/[0-9a-f]{32}/g, 'ID')

it('shows what came of a request as a tree, with what it was worked on together with', async () => {
  const { code, out } = await trace('req-1')

  expect(code).toBe(0)
  expect(plain(out)).toBe(
    [
      'Trace ID: 4 spans, MS',
      '',
      '       at       took',
      ' MS MS  shop  POST /orders',
      ' MS MS  shop  └ INSERT',
      ' MS MS  shop    ├ process orders, linked with ID',
      ' MS MS  shop    └ send mail, failed: ECONNREFUSED',
    ].join('\n'),
  )
})

it('shows the trace of a batch, which is linked with those of all that are in it, by the id of the trace', async () => {
  const [batchId = ''] = /(?<=linked with )\w+/.exec((await trace('req-1')).out) ?? []
  const ids = await Promise.all(
    ['req-1', 'req-2'].map(async (id) => JSON.parse((await trace(id, '--json')).out)[0].traceId),
  )

  const { out } = await trace(batchId)

  expect(out).toContain(`process batch, linked with ${ids.join(', ')}`)
  expect(out).toContain('└ COMMIT')
})

it('keeps what errors say to itself, because it might be about a person', async () => {
  const { out } = await trace('req-1', '--json')

  expect(out).toContain('ECONNREFUSED')
  expect(out).not.toContain('ada@example.com')
})

it('says what to do if there is no such trace, or no place for spans', async () => {
  const none = await trace('req-9')
  const nowhere = await runHere((terminal) => createTrace({ ...terminal, url: 'http://127.0.0.1:1' }), {}, ['req-1'])

  expect([none.code, none.err]).toEqual([1, expect.stringContaining('No span of req-9 is here')])
  expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('run npm start')])
})
