import { randomUUID } from 'node:crypto'
import { uniqueName, waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { CompressionTypes, type Message } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { on, onRun } from '../src/consumer/handlers.ts'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import type { KafkaSource } from '../src/source.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  kafkaSettings,
  type Note,
  produce,
  readDeadLetters,
  readEffects,
  readTopic,
  relayToKafka,
  type Store,
  toMessage,
  whenCommitted,
} from './helpers.ts'

type NoteEvent = ReturnType<typeof buildNote>

const toJson = (value: unknown) => Buffer.from(JSON.stringify(value))
const range = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Sends each record in its own batch, because several large ones would exceed a batch. */
async function produceEach(note: Note, messages: Message[]): Promise<void> {
  for (const message of messages) await produce(note.topic, [message])
}

/** Changes to the parts of an envelope. */
interface Change {
  envelope?: Record<string, unknown>
  payload?: Record<string, unknown>
  meta?: Record<string, unknown>
}

/** Builds a note with a number as another producer might write it. Undefined fields are left out. */
function writeForeignly(note: Note, n: number, { envelope, payload, meta }: Change): Record<string, unknown> {
  const event = buildNote(note, `key-${n}`, n)
  return { ...event, payload: { ...event.payload, ...payload }, meta: { ...event.meta, ...meta }, ...envelope }
}

/** Starts a consumer that records events and keeps what its handler was given. */
function keepNotes(note: Note) {
  const seen = new Map<number, NoteEvent>()
  const handler = on(note, async (tx, event) => {
    const { note_id: noteId, n } = event.payload
    await tx.execute(sql`INSERT INTO effects (event_id, note_id, n) VALUES (${event.id}, ${noteId}, ${n})`)
    seen.set(n, event)
  })
  return { handler, seen }
}

/** Creates a handler that records a run of events with one statement. */
const recordTogether = (note: Note) =>
  onRun(note, async (tx, events) => {
    const [ids, noteIds, numbers] = [
      events.map(({ id }) => id),
      events.map(({ payload }) => payload.note_id),
      events.map(({ payload }) => payload.n),
    ]
    await tx.execute(sql`
      INSERT INTO effects (event_id, note_id, n)
      SELECT id, note_id, n
      FROM unnest(${sql.param(ids)}::text[], ${sql.param(noteIds)}::text[], ${sql.param(numbers)}::int[])
           WITH ORDINALITY AS row (id, note_id, n, position)
      ORDER BY position`)
  })

async function relayDeadLetters(store: Store, consumer: string): Promise<KafkaSource[]> {
  const topic = `${consumer}.dlq`
  await createTopics(createKafka(kafkaSettings()), [
    {
      topic,
      numPartitions: 1,
      replicationFactor: 1,
      configEntries: [{ name: 'max.message.bytes', value: '16777216' }],
    },
  ])
  relayToKafka(store)
  return readTopic(topic)
}

const accepted: [name: string, change: Change][] = [
  ['a moment without a fraction', { envelope: { timestamp: '2025-01-15T14:30:00Z' } }],
  ...range(9).map((index): [string, Change] => [
    `a moment with ${index + 1} digits`,
    { envelope: { timestamp: `2025-01-15T14:30:00.${'123456789'.slice(0, index + 1)}Z` } },
  ]),
  ['a moment east of Greenwich', { envelope: { timestamp: '2025-01-15T20:15:00.5+05:45' } }],
  ['a moment west of Greenwich', { envelope: { timestamp: '2025-01-15T03:00:00-11:30' } }],
  ['an id of one character', { envelope: { id: '7' } }],
  ['an id of 128 characters', { envelope: { id: 'x'.repeat(128) } }],
  ['an id that is not a UUID', { envelope: { id: "1766912400000-0 / 'Größe' 🔑; DROP TABLE" } }],
  ['no correlation id', { meta: { correlation_id: undefined } }],
  ['a null for a correlation id', { meta: { correlation_id: null } }],
  ['a tenant in the payload alone', { meta: { tenant_id: undefined }, payload: { tenant_id: 'from-payload' } }],
  ['the same tenant twice', { payload: { tenant_id: 'tenant' } }],
  ['no target', { envelope: { target: undefined } }],
  ['no source module', { meta: { source_module: undefined, causation_id: undefined } }],
  ['a later minor version', { meta: { schema_version: '1.9' } }],
  ['another producer', { meta: { producer: 'somebody else' } }],
  ['unknown fields', { envelope: { extra: [] }, payload: { extra: {} }, meta: { extra: null } }],
  ['names that exist on every object', { payload: { constructor: 1, toString: 2 } }],
  ['large fields', { payload: { text: 'ü'.repeat(120_000) } }],
  ['900 KB', { payload: { extra: 'x'.repeat(900_000) } }],
]

const refused: [name: string, change: Change][] = [
  ['no id', { envelope: { id: undefined } }],
  ['an empty id', { envelope: { id: '' } }],
  ['a number as id', { envelope: { id: 7 } }],
  ['an id of 129 characters', { envelope: { id: 'x'.repeat(129) } }],
  ['a control character in the id', { envelope: { id: 'a\u0000b' } }],
  ['a line break in the id', { envelope: { id: 'a\r\nb' } }],
  ['an unpaired surrogate in the id', { envelope: { id: 'a\ud800' } }],
  ['ten fractional digits', { envelope: { timestamp: '2025-01-15T14:30:00.1234567890Z' } }],
  ['a moment without an offset', { envelope: { timestamp: '2025-01-15T14:30:00' } }],
  ['a day that does not exist', { envelope: { timestamp: '2025-02-30T14:30:00Z' } }],
  ['no tenant', { meta: { tenant_id: undefined } }],
  ['two tenants', { payload: { tenant_id: 'other' } }],
  ['a list as tenant', { meta: { tenant_id: undefined }, payload: { tenant_id: ['tenant'] } }],
  ['a control character in the correlation id', { meta: { correlation_id: 'a\u0007' } }],
  ['a stream id that is too long', { meta: { stream_message_id: 'x'.repeat(201) } }],
  ['no meta', { envelope: { meta: undefined } }],
  ['a list as payload', { envelope: { payload: [] } }],
]

describe('a record of another producer', () => {
  it('has its effect in every form that the contract allows', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const { handler, seen } = keepNotes(note)
    const envelopes = accepted.map(([, change], n) => writeForeignly(note, n, change))
    const consumer = consume(store, note, { handlers: [handler] })

    await produceEach(
      note,
      envelopes.map((envelope) => ({ key: null, value: toJson(envelope) })),
    )

    await whenCommitted(consumer.name, note, accepted.length, { timeoutMs: 50_000 })
    const done = new Set((await readEffects(store)).map(({ n }) => n))
    expect(accepted.filter((_, n) => !done.has(n)).map(([name]) => name)).toEqual([])
    const given = (name: string) => seen.get(accepted.findIndex(([known]) => known === name))
    for (const [n, { id, timestamp }] of envelopes.entries()) expect(seen.get(n)).toMatchObject({ id, timestamp })
    for (const name of ['no correlation id', 'a null for a correlation id']) {
      expect(given(name)?.meta.correlation_id).toBe(given(name)?.id)
    }
    expect(given('a tenant in the payload alone')?.meta.tenant_id).toBe('from-payload')
    expect(await readDeadLetters(store)).toEqual([])
  })

  it('is a dead letter, byte for byte, if it breaks the contract', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const values = refused.map(([, change], n) => toJson(writeForeignly(note, n, change)))
    const consumer = consume(store, note)

    await produce(
      note.topic,
      values.map((value) => ({ key: 'a', value })),
    )

    await whenCommitted(consumer.name, note, refused.length, { timeoutMs: 50_000 })
    expect(await readEffects(store)).toEqual([])
    expect((await readDeadLetters(store)).map(({ payload }) => payload)).toEqual(values)
  })

  it('may bear the stream id or the id of another record if its producer or tenant differs', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const id = randomUUID()
    const changes: Change[] = [
      { meta: { stream_message_id: '17-0' } },
      { meta: { stream_message_id: '17-0', producer: 'another' } },
      { meta: { stream_message_id: '17-0', tenant_id: 'another' } },
      { envelope: { id } },
      { envelope: { id }, meta: { tenant_id: 'another' } },
    ]
    const messages = changes.map((change, n) => ({ key: 'a', value: toJson(writeForeignly(note, n, change)) }))
    const consumer = consume(store, note)

    await produce(note.topic, [...messages, ...messages])

    await whenCommitted(consumer.name, note, 10, { timeoutMs: 50_000 })
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4])
    expect(await readDeadLetters(store)).toEqual([])
    expect(consumer.log.find('Duplicate event, skipping')).toHaveLength(5)
  })

  it('is applied once among ten thousand keys, and in order among thousands of one key', async () => {
    const [store, spread, single] = await Promise.all([createStore(), createNoteTopic(), createNoteTopic()])
    const [ofMany, ofOne] = [uniqueName('many'), uniqueName('one')]
    consume(store, spread, { name: ofMany, handlers: [recordTogether(spread)] })
    consume(store, single, { name: ofOne, handlers: [recordTogether(single)] })

    await produce(
      spread.topic,
      range(10_000).map((n) => toMessage(spread, buildNote(spread, `key-${n}`, n))),
    )
    await produce(
      single.topic,
      range(3_000).map((n) => toMessage(single, buildNote(single, 'the one', n))),
    )

    await whenCommitted(ofMany, spread, 10_000, { timeoutMs: 50_000 })
    await whenCommitted(ofOne, single, 3_000, { timeoutMs: 50_000 })
    const effects = await readEffects(store)
    expect(effects.filter(({ note_id }) => note_id === 'the one').map(({ n }) => n)).toEqual(range(3_000))
    expect(effects).toHaveLength(13_000)
    expect(new Set(effects.map(({ note_id }) => note_id)).size).toBe(10_001)
  })

  it('harms no other, so that good events are applied and any other bytes become dead letters unchanged', async () => {
    const name = uniqueName('consumer')
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const letters = await relayDeadLetters(store, name)
    consume(store, note, { name })
    let sent = 0
    const good: number[] = []

    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord(note), { minLength: 1, maxLength: 100, size: 'max' }), async (records) => {
        const first = sent
        const messages = records.map(({ key, value, headers }, index) => ({
          key,
          value: value === 'good' ? toJson(buildNote(note, 'a', first + index)) : value,
          headers: Object.fromEntries(headers),
        }))
        sent += records.length
        good.push(...records.flatMap(({ value }, index) => (value === 'good' ? [first + index] : [])))

        await produce(note.topic, messages)

        await whenCommitted(name, note, sent, { timeoutMs: 50_000 })
        await waitFor(() => letters.length === sent - good.length, { message: 'the dead letters' })
        expect((await readEffects(store)).map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(good)
        const byOffset = new Map(letters.map((letter) => [originalOffset(letter), letter]))
        for (const [index, { key, value, headers }] of records.entries()) {
          if (value === 'good') continue
          const letter = byOffset.get(first + index)
          expect(letter).toMatchObject({ key, value })
          const own = letter?.headers.filter(([header]) => !header.startsWith('x-'))
          // In the order of an object's keys, because they were sent from an object.
          expect(own).toEqual(
            Object.entries(Object.fromEntries(headers)).flatMap(([header, all]) => all.map((one) => [header, one])),
          )
        }
      }),
      { numRuns: 10, endOnFailure: true },
    )
  })

  it('of more than 1 MiB is a dead letter, even if it was small enough when compressed', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const producer = createKafka(kafkaSettings()).producer({ allowAutoTopicCreation: false })
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    const value = toJson(writeForeignly(note, 1, { payload: { extra: 'x'.repeat(1024 * 1024) } }))
    const consumer = consume(store, note)

    await producer.send({
      topic: note.topic,
      compression: CompressionTypes.GZIP,
      messages: [{ key: 'a', value }, toMessage(note, buildNote(note, 'a', 2))],
    })

    await whenCommitted(consumer.name, note, 2, { timeoutMs: 50_000 })
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([2])
    const [letter] = await readDeadLetters(store)
    expect(letter?.payload?.equals(value)).toBe(true)
    expect(Object.fromEntries(letter?.headers ?? [])['x-error-code']?.toString()).toBe('record.too-large')
  })

  it('delays no other by its thousands of headers', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const headers = Object.fromEntries(range(10_000).map((n) => [`header-${n}`, Buffer.from('x')]))
    const consumer = consume(store, note)

    await produce(note.topic, [{ key: 'a', value: null, headers }, toMessage(note, buildNote(note, 'a', 1))])

    await whenCommitted(consumer.name, note, 2, { timeoutMs: 50_000 })
    expect(await readEffects(store)).toHaveLength(1)
    const [letter] = await readDeadLetters(store)
    expect(letter?.headers.filter(([name]) => name.startsWith('header-'))).toHaveLength(10_000)
  })
})

/** Generates any record. `good` is an event, everything else becomes a dead letter. */
function anyRecord(note: Note) {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((content) => Buffer.from(content))
  const headerName = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom('constructor', '__proto__', 'toString', '0', 'traceparent'),
  )
  const bad = fc.oneof(
    fc.constant(null),
    bytes,
    fc.json().map((text) => Buffer.from(text)),
    // A truncated event.
    fc.nat({ max: 200 }).map((length) => toJson(buildNote(note, 'a', 0)).subarray(0, length)),
    fc.constantFrom(...refused).map(([, change]) => toJson(writeForeignly(note, 0, change))),
  )
  return fc.record({
    key: fc.option(bytes),
    value: fc.oneof(bad, fc.constant('good' as const)),
    headers: fc.uniqueArray(fc.tuple(headerName, fc.array(bytes, { minLength: 1, maxLength: 3 })), {
      selector: ([name]) => name,
      maxLength: 5,
    }),
  })
}

const originalOffset = ({ headers }: KafkaSource) => Number(headers.find(([name]) => name === 'x-original-offset')?.[1])
