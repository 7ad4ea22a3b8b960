import { createLogger, openTracing } from '@coursewire/service-kit'
import { waitFor } from '@coursewire/testing'
import { type Span, startTraceServer } from '@coursewire/traces'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { onRun } from '../src/consumer/handlers.ts'
import { appendToOutbox, toKafkaRow } from '../src/outbox/outbox.ts'
import { traceparentOf } from '../src/traces.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  type Note,
  produce,
  readDeadLetters,
  readTopic,
  relayToKafka,
  type Store,
  toMessage,
  whenCommitted,
} from './helpers.ts'

const digits = (digit: string) => ({
  traceId: digit.repeat(32),
  traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`,
})
const [a, b, c] = [digits('a'), digits('b'), digits('c')]

function aMessage(note: Note, n: number, traceparent?: string) {
  const { headers, ...message } = toMessage(note, buildNote(note, 'note', n))
  return { ...message, headers: { ...headers, ...(traceparent !== undefined && { traceparent }) } }
}

const write = (store: Store, note: Note, traceparents: (string | undefined)[]) =>
  store.db.transaction((tx) =>
    appendToOutbox(
      tx,
      traceparents.map((traceparent, n) => toKafkaRow(note, buildNote(note, 'note', n), { traceparent })),
    ),
  )

describe('without spans', () => {
  it('a handler is told the trace context that the record of an event came with', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const told: (string | undefined)[] = []
    const handler = onRun(note, async (_tx, events) => void told.push(...events.map(traceparentOf)))
    await produce(note.topic, [aMessage(note, 1, a.traceparent), aMessage(note, 2), aMessage(note, 3, 'anything')])

    const consumer = consume(store, note, { handlers: [handler] })
    await whenCommitted(consumer.name, note, 3)

    expect(told).toEqual([a.traceparent, undefined, undefined])
  })

  it('a dead letter and its log line have the id of the trace of its record', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await produce(note.topic, [{ value: 'no event', headers: { traceparent: a.traceparent } }, { value: 'no event' }])

    const consumer = consume(store, note)
    await whenCommitted(consumer.name, note, 2)

    const letters = (await readDeadLetters(store)).map(({ headers }) => Object.fromEntries(headers))
    expect(letters.map((headers) => headers['x-trace-id']?.toString())).toEqual([a.traceId, undefined])
    expect(letters.map((headers) => headers['traceparent']?.toString())).toEqual([a.traceparent, undefined])
    expect(consumer.log.find('Invalid event').map(({ traceId }) => traceId)).toEqual([a.traceId, undefined])
  })
})

describe('with spans', () => {
  let traces: Awaited<ReturnType<typeof startTraceServer>>
  let tracing: Awaited<ReturnType<typeof openTracing>>

  beforeAll(async () => {
    traces = await startTraceServer({ port: 0 })
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', traces.url)
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
    const logger = createLogger({ service: 'test', level: 'silent' })
    tracing = await openTracing({ name: 'test', version: '1' }, process.env, logger)
  })

  afterAll(async () => {
    await tracing.close()
    await traces.close()
    vi.unstubAllEnvs()
  })

  /** The span of this name on this topic in a trace, once it is there. */
  const spanOf = (traceId: string, name: string) =>
    waitFor(() => traces.spansOf(traceId).find((span) => span.name === name), { message: name })
  const batchOf = async ({ links: [link] }: Span, name: string) => spanOf(link?.traceId ?? '', name)
  const parentOf = (traceparent: string) => traceparent.split('-')[2]

  it('each record that is sent continues its trace with the bytes of its row, and is linked with the batch', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const records = await readTopic(note.topic)
    await write(store, note, [a.traceparent, undefined, b.traceparent])

    const { log } = relayToKafka(store)

    await waitFor(() => records.length === 3)
    const name = `send ${note.topic}`
    const [ofA, ofB] = await Promise.all([spanOf(a.traceId, name), spanOf(b.traceId, name)])
    expect(ofA).toMatchObject({ kind: 'producer', parentSpanId: parentOf(a.traceparent), hasFailed: false })
    expect(ofA.attributes).toMatchObject({ 'messaging.system': 'kafka', 'coursewire.correlation_id': 'correlation' })
    const batch = await batchOf(ofA, 'send batch')
    expect(batch.links).toEqual([ofA, ofB].map(({ traceId, spanId }) => ({ traceId, spanId })))
    expect(ofB.links).toEqual([{ traceId: batch.traceId, spanId: batch.spanId }])
    const sent = records.map(({ headers }) => Object.fromEntries(headers)['traceparent']?.toString())
    expect(sent).toEqual([a.traceparent, undefined, b.traceparent])
    const logged = await waitFor(() => {
      const lines = log.find('Event published')
      return lines.length === 3 && lines
    })
    expect(logged.map(({ traceId }) => traceId)).toEqual([a.traceId, undefined, b.traceId])
  })

  it('a record that is refused has a failed span', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, maxBytes: 1_000 })])
    const large = toKafkaRow(note, buildNote(note, 'note', 1, 'x'.repeat(2_000)), { traceparent: c.traceparent })
    await store.db.transaction((tx) => appendToOutbox(tx, [large]))
    await write(store, note, [c.traceparent])

    relayToKafka(store)

    const spans = await waitFor(() => {
      const sent = traces.spansOf(c.traceId).filter(({ name }) => name === `send ${note.topic}`)
      return sent.length === 2 && sent
    })
    expect(spans.map(({ hasFailed }) => hasFailed)).toEqual([true, false])
  })

  it('events that are handled together each continue their trace, and one alone has its statements in it', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const told: (string | undefined)[] = []
    const handler = onRun(note, async (_tx, events) => void told.push(...events.map(traceparentOf)))
    await produce(note.topic, [aMessage(note, 1, a.traceparent), aMessage(note, 2, b.traceparent)])
    const consumer = consume(store, note, { handlers: [handler] })
    await whenCommitted(consumer.name, note, 2)
    await produce(note.topic, [aMessage(note, 3, c.traceparent)])
    await whenCommitted(consumer.name, note, 3)

    const name = `process ${note.topic}`
    const [ofA, ofB, ofC] = await Promise.all([a, b, c].map(({ traceId }) => spanOf(traceId, name)))
    if (!ofA || !ofB || !ofC) throw new Error('waitFor has failed')
    expect(told).toEqual([ofA, ofB, ofC].map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`))
    expect(ofA).toMatchObject({ kind: 'consumer', parentSpanId: parentOf(a.traceparent) })
    expect(ofA.attributes).toMatchObject({
      'messaging.kafka.offset': 0,
      'messaging.consumer.group.name': consumer.name,
    })
    const batch = await batchOf(ofA, 'process batch')
    expect(batch.links.map(({ spanId }) => spanId)).toEqual([ofA.spanId, ofB.spanId])
    expect((await spanOf(batch.traceId, 'COMMIT')).parentSpanId).toBe(batch.spanId)
    expect((await spanOf(c.traceId, 'COMMIT')).parentSpanId).toBe(ofC.spanId)
    expect(ofC.links).toEqual([])
  })

  it('a record without a trace begins one, which its dead letter names', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    await produce(note.topic, [{ value: 'no event' }])

    const consumer = consume(store, note)
    await whenCommitted(consumer.name, note, 1)

    const [letter] = await readDeadLetters(store)
    const traceId = letter?.headers.find(([name]) => name === 'x-trace-id')?.[1]?.toString() ?? ''
    expect(await spanOf(traceId, `process ${note.topic}`)).toMatchObject({ parentSpanId: null })
  })
})
