import { randomUUID } from 'node:crypto'
import { AppError } from '@coursewire/service-kit'
import { waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { CompressionCodecs, CompressionTypes, type Message } from 'kafkajs'
import { compressFrame } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import { on, onRun } from '../src/consumer/handlers.ts'
import { purgeDedup } from '../src/consumer/purge.ts'
import { createKafka } from '../src/kafkajs/client.ts'
import { appendToOutbox, toKafkaRow } from '../src/outbox/outbox.ts'
import { REDRIVE_HEADER } from '../src/source.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  kafkaSettings,
  type Note,
  openAdmin,
  openTransactionalProducer,
  produce,
  readCommitted,
  readDeadLetters,
  readEffects,
  recordNotes,
  settled,
  toMessage,
  whenCommitted,
} from './helpers.ts'
import { connectAdmin } from './load.ts'

const aMessage = (note: Note, n: number, noteId = `key-${n % 7}`) => toMessage(note, buildNote(note, noteId, n))
const manyMessages = (note: Note, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => aMessage(note, from + index))
const textOf = (headers: readonly (readonly [string, Buffer | null])[], name: string) =>
  headers.find(([header]) => header === name)?.[1]?.toString()

/** Makes the next member of the group start from the beginning. */
async function rewind(groupId: string, { topic }: Note): Promise<void> {
  const admin = await openAdmin()
  await waitFor(async () => {
    await admin.resetOffsets({ groupId, topic, earliest: true })
    return true
  })
}

describe('the consumer', () => {
  it('applies every event in the order of its key, and commits the finished offsets', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await produce(note.topic, manyMessages(note, 700))

    const consumer = consume(store, note)

    await settled(store, 700)
    const effects = await readEffects(store)
    for (let key = 0; key < 7; key += 1) {
      const numbers = effects.filter(({ note_id }) => note_id === `key-${key}`).map(({ n }) => n)
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }
    expect(effects).toHaveLength(700)
    await whenCommitted(consumer.name, note, 700)
    expect(consumer.isInGroup()).toBe(true)
  })

  it('says after each commit whether it has added rows for the relay', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const handler = on(note, async (tx, { payload }) => {
      if (payload.n === 2) await appendToOutbox(tx, [toKafkaRow(note, buildNote(note, 'b', 1))])
    })
    const commits: boolean[] = []
    consume(store, note, { handlers: [handler], onCommitted: ({ hasRows }) => void commits.push(hasRows) })

    for (const [index, message] of [aMessage(note, 1), aMessage(note, 2), { value: 'no event' }].entries()) {
      await produce(note.topic, [message])
      await waitFor(() => commits.length === index + 1)
    }

    expect(commits).toEqual([false, true, true])
  })

  it('applies events of a type that is order-free together, and others between them in their order', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const read = { ...note, type: 'note.read' as const }
    const archived = { ...note, type: 'note.archived' as const }
    const calls: string[] = []
    const record = (definition: typeof note | typeof read | typeof archived) =>
      onRun(definition, async (_tx, events) => {
        calls.push(`${definition.type}: ${events.map(({ payload }) => payload.n).join(' ')}`)
      })
    const types = [note, read, archived, note, read, archived]
    await produce(
      note.topic,
      types.map(({ type }, n) => ({ key: 'a', value: JSON.stringify({ ...buildNote(note, 'a', n), type }) })),
    )

    const handlers = [{ ...record(note), isOrderFree: true }, record(read), record(archived)]
    const consumer = consume(store, note, { handlers })
    await whenCommitted(consumer.name, note, types.length)

    expect(calls).toEqual(['note.read: 1', 'note.archived: 2', 'note.read: 4', 'note.archived: 5', 'note.written: 0 3'])
  })

  it('finds rows by their index while a table is small, because the plan outlives that', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const admin = await connectAdmin(store)
    await admin.query('INSERT INTO effects (n) VALUES (0); CREATE INDEX ON effects (n); ANALYZE effects')
    const plans: unknown[] = []
    const handler = on(note, async (tx) => {
      const { rows } = await tx.execute(sql`EXPLAIN SELECT FROM effects WHERE n = 1`)
      plans.push(Object.values(rows[0] ?? {})[0])
    })
    await produce(note.topic, [aMessage(note, 1)])

    const consumer = consume(store, note, { handlers: [handler] })
    await whenCommitted(consumer.name, note, 1)

    expect(plans).toEqual([expect.stringContaining('Index')])
  })

  it('gives an event its effect once, however often it is delivered', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const messages = manyMessages(note, 20)

    const consumer = consume(store, note)
    // The event is repeated within one batch and in later ones.
    await produce(note.topic, [...messages, ...messages])
    await settled(store, 20)
    await produce(note.topic, messages)

    await whenCommitted(consumer.name, note, 60)
    expect(await readEffects(store)).toHaveLength(20)
    expect(await readDeadLetters(store)).toEqual([])
    expect(consumer.log.find('Duplicate event, skipping')).toHaveLength(40)
  })

  it('causes no second effect when its group starts from the beginning', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await produce(note.topic, manyMessages(note, 300))
    const first = consume(store, note)
    await settled(store, 300)
    await whenCommitted(first.name, note, 300)
    await first.close()
    await rewind(first.name, note)

    const second = consume(store, note, { name: first.name })

    await waitFor(() => second.log.find('Duplicate event, skipping').length === 300)
    expect(await readEffects(store)).toHaveLength(300)
  })

  it('turns records it cannot handle into dead letters with their original bytes, and handles the others', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, maxBytes: 4_000_000 })])
    const event = buildNote(note, 'a', 1)
    const json = (value: unknown) => Buffer.from(JSON.stringify(value))
    const poison: [code: string, message: Message][] = [
      ['record.not-an-envelope', { key: 'a', value: Buffer.from([0, 1, 2, 0xff, 0xfe]) }],
      ['record.not-an-envelope', { key: Buffer.from([0, 0xff]), value: Buffer.alloc(10) }],
      ['record.not-an-envelope', { key: null, value: '{"half": ' }],
      ['record.not-an-envelope', { key: 'a', value: '' }],
      ['record.too-large', { key: 'big', value: Buffer.alloc(2_000_000, 'x') }],
      ['record.tombstone', { key: 'a', value: null }],
      [
        'record.unsupported-version',
        { key: 'a', value: json({ ...event, meta: { ...event.meta, schema_version: '2.0' } }) },
      ],
      ['record.invalid-payload', { key: 'a', value: json({ ...buildNote(note, 'a', 2), payload: { n: 'many' } }) }],
      [
        'record.undecodable',
        {
          key: 'a',
          value: `${JSON.stringify(buildNote(note, 'a', 3)).replace('"n":3', `"n":3,"deep":${'['.repeat(5000)}${']'.repeat(5000)}`)}`,
        },
      ],
      // JSON allows a NUL, but Postgres cannot store one.
      ['22021', { key: 'a', value: json(buildNote(note, 'a\u0000b', 4)) }],
    ]
    const withHeaders = poison.map(([, message]) => ({
      ...message,
      headers: { twice: [Buffer.from([0xff, 0]), Buffer.from('b')], traceparent: 'from-outside' },
    }))
    const messages = withHeaders.flatMap((message, index) => [message, aMessage(note, 100 + index, 'a')])

    const consumer = consume(store, note)
    for (const message of messages) await produce(note.topic, [message])

    await settled(store, poison.length)
    await whenCommitted(consumer.name, note, messages.length)
    const effects = await readEffects(store)
    expect(effects.map(({ n }) => n)).toEqual(poison.map((_, index) => 100 + index))

    // Sorted by position, because lanes settle concurrently.
    const letters = (await readDeadLetters(store)).toSorted(
      (a, b) => Number(textOf(a.headers, 'x-original-offset')) - Number(textOf(b.headers, 'x-original-offset')),
    )
    expect(letters.map(({ headers }) => textOf(headers, 'x-error-code'))).toEqual(poison.map(([code]) => code))
    for (const [index, { key, payload, headers, topic }] of letters.entries()) {
      const sent = poison[index]?.[1]
      expect(topic).toBe(`${consumer.name}.dlq`)
      // Does not use toEqual, which takes seconds for two megabytes.
      expect(payload?.equals(Buffer.from(sent?.value ?? '')) ?? null).toBe(sent?.value === null ? null : true)
      expect(key).toEqual(sent?.key === null ? null : Buffer.from(sent?.key ?? ''))
      expect(headers.slice(0, 3)).toEqual([
        ['twice', Buffer.from([0xff, 0])],
        ['twice', Buffer.from('b')],
        ['traceparent', Buffer.from('from-outside')],
      ])
      expect(textOf(headers, 'x-original-topic')).toBe(note.topic)
      expect(textOf(headers, 'x-original-partition')).toBe('0')
      expect(textOf(headers, 'x-consumer')).toBe(consumer.name)
      expect(textOf(headers, 'x-error-message')).toMatch(/./)
    }
    expect(consumer.log.find('Invalid event')).toHaveLength(poison.length)
  })

  it('makes one dead letter of a poison record, however often it is delivered', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const invalid = JSON.stringify({ ...buildNote(note, 'a', 1), payload: {} })

    const consumer = consume(store, note)
    for (let time = 0; time < 3; time += 1) await produce(note.topic, [{ key: 'a', value: invalid }])

    await whenCommitted(consumer.name, note, 3)
    expect(await readDeadLetters(store)).toHaveLength(1)
  })

  it('dead-letters an id that comes again with another content once, and raises an alarm', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const first = buildNote(note, 'a', 1)
    const changed = toMessage(note, { ...first, payload: { ...first.payload, n: 2 } })
    const sameStream = (n: number) =>
      toMessage(note, { ...buildNote(note, 'a', n), meta: { ...first.meta, stream_message_id: '17-0' } })

    const consumer = consume(store, note)
    await produce(note.topic, [toMessage(note, first), changed, sameStream(3), sameStream(4)])

    await whenCommitted(consumer.name, note, 4)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([1, 3])
    const letters = await readDeadLetters(store)
    expect(letters.map(({ headers }) => textOf(headers, 'x-error-code'))).toEqual(['event.mismatch', 'event.mismatch'])
    expect(letters[0]?.payload).toEqual(changed.value)
    expect(consumer.log.find('Event id seen again with another content')).toMatchObject([
      { level: 'error', eventId: first.id },
      { level: 'error' },
    ])

    await consumer.close()
    await rewind(consumer.name, note)
    const again = consume(store, note, { name: consumer.name })
    await whenCommitted(again.name, note, 4)
    expect(await readEffects(store)).toHaveLength(2)
    expect(await readDeadLetters(store)).toHaveLength(2)
  })

  it('recognises a repeat that was serialised in another order', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const { payload, ...event } = buildNote(note, 'a', 1)
    const reordered = { payload: { n: payload.n, note_id: payload.note_id }, ...event }

    const consumer = consume(store, note)
    await produce(note.topic, [
      { key: 'a', value: JSON.stringify({ ...event, payload }) },
      { key: 'a', value: JSON.stringify(reordered, null, 2) },
    ])

    await whenCommitted(consumer.name, note, 2)
    expect(await readEffects(store)).toHaveLength(1)
    expect(await readDeadLetters(store)).toEqual([])
  })

  it('skips types without a handler', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const event = buildNote(note, 'a', 1)

    const consumer = consume(store, note)
    await produce(note.topic, [
      { key: 'a', value: JSON.stringify({ ...event, id: randomUUID(), type: 'note.burnt' }) },
      { key: 'a', value: JSON.stringify({ ...event, id: randomUUID(), target: 'somebody-else' }) },
      toMessage(note, event),
    ])

    await whenCommitted(consumer.name, note, 3)
    expect(await readEffects(store)).toHaveLength(1)
    expect(await readDeadLetters(store)).toEqual([])
  })

  it('dead-letters only the event that breaks a rule, with the reason, and handles all others', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const handler = recordNotes(note, (n) => {
      if (n === 13) throw new AppError('conflict', 'note.unlucky', 'Nobody wants this note')
    })
    await produce(
      note.topic,
      Array.from({ length: 30 }, (_, n) => aMessage(note, n, 'a')),
    )

    const consumer = consume(store, note, { handlers: [handler] })

    await whenCommitted(consumer.name, note, 30)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual(
      Array.from({ length: 30 }, (_, n) => n).filter((n) => n !== 13),
    )
    const [letter, ...others] = await readDeadLetters(store)
    expect(others).toEqual([])
    expect(textOf(letter?.headers ?? [], 'x-error-code')).toBe('note.unlucky')
    expect(textOf(letter?.headers ?? [], 'x-error-stack')).toContain('AppError')
  })

  it('applies a replayed dead letter once, unless its event was handled meanwhile', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    let isBroken = true
    const handler = recordNotes(note, () => {
      if (isBroken) throw new AppError('invalid', 'note.illegible', 'Cannot be read')
    })
    const message = aMessage(note, 1, 'a')
    const replay = { ...message, headers: { ...message.headers, [REDRIVE_HEADER]: randomUUID() } }

    const consumer = consume(store, note, { handlers: [handler] })
    await produce(note.topic, [message])
    await waitFor(async () => (await readDeadLetters(store)).length === 1)
    isBroken = false
    await produce(note.topic, [message, replay, replay])
    await settled(store, 1)
    await produce(note.topic, [replay])

    await whenCommitted(consumer.name, note, 5)
    expect(await readEffects(store)).toHaveLength(1)
    expect(await readDeadLetters(store)).toHaveLength(1)
  })

  it('blames an unlisted error on its record only after a minute of failures while others succeeded', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    let time = 0
    let failures = 0
    const handler = recordNotes(note, (n) => {
      if (n !== 0) return
      failures += 1
      throw new TypeError('cannot read properties of undefined')
    })

    const consumer = consume(store, note, { handlers: [handler], monotonicMs: () => time })
    await produce(note.topic, [aMessage(note, 0, 'broken')])
    await waitFor(() => failures >= 3)
    expect(await readDeadLetters(store)).toEqual([])

    // Meanwhile others succeed in other lanes, and time passes.
    const feed = async () => {
      time += 20_000
      await produce(
        note.topic,
        Array.from({ length: 8 }, (_, n) => aMessage(note, n + 1, randomUUID())),
      )
      return (await readDeadLetters(store)).length === 1
    }
    await waitFor(feed, { intervalMs: 200, timeoutMs: 50_000 })
    const [letter] = await readDeadLetters(store)
    expect(textOf(letter?.headers ?? [], 'x-error-code')).toBe('TypeError')
    expect(Number(textOf(letter?.headers ?? [], 'x-attempts'))).toBeGreaterThanOrEqual(5)
    expect(consumer.isAlive()).toBe(true)
  })

  it('commits no offset beyond a record that is still in hand', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const handler = recordNotes(note, (n) => (n === 5 ? gate : undefined))
    // With one record per key they spread over the lanes, and the ones behind the slow record overtake it.
    const messages = Array.from({ length: 60 }, (_, n) => aMessage(note, n, `key-${n}`))

    const consumer = consume(store, note, { handlers: [handler] })
    await produce(note.topic, messages)
    const committed: number[] = []
    await waitFor(async () => {
      committed.push(await readCommitted(consumer.name, note.topic))
      return committed.length >= 10 && (await readEffects(store)).length > 20
    })
    expect(Math.max(...committed)).toBeLessThanOrEqual(5)

    release()
    await whenCommitted(consumer.name, note, 60)
    expect(await readEffects(store)).toHaveLength(60)
  })

  it('finishes and commits the running batch when it is closed, and leaves the rest to the next member', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    let hasBegun = false
    const handler = recordNotes(note, () => {
      hasBegun = true
    })
    // They have one key, so they are handled in their order.
    await produce(
      note.topic,
      Array.from({ length: 500 }, (_, n) => aMessage(note, n, 'a')),
    )
    const first = consume(store, note, { handlers: [handler] })
    await waitFor(() => hasBegun)

    await first.close()

    const done = (await readEffects(store)).length
    expect(done).toBeGreaterThan(0)
    expect(await readCommitted(first.name, note.topic)).toBe(done)
    const second = consume(store, note, { name: first.name })
    await settled(store, 500)
    await whenCommitted(second.name, note, 500)
    expect(await readEffects(store)).toHaveLength(500)
    expect(second.log.find('Duplicate event, skipping')).toEqual([])
  })

  it('skips aborted transactions and their markers', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    const producer = await openTransactionalProducer()
    const send = async (n: number, end: 'commit' | 'abort') => {
      const transaction = await producer.transaction()
      await transaction.send({ topic: note.topic, messages: [aMessage(note, n, 'a')] })
      await transaction[end]()
    }

    await send(1, 'commit')
    await settled(store, 1)
    for (let n = 2; n < 5; n += 1) await send(n, 'abort')
    // Each transaction has a record and a marker.
    await whenCommitted(consumer.name, note, 8)
    await send(5, 'commit')

    await settled(store, 2)
    await produce(note.topic, [aMessage(note, 6, 'a')])
    await settled(store, 3)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([1, 5, 6])
    expect(consumer.log.find('Offsets lost')).toEqual([])
  })

  it('reads every codec', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const codecs = CompressionCodecs as Record<number, () => object>
    const readers = { ...codecs }
    const producer = createKafka(kafkaSettings()).producer()
    await producer.connect()
    // The product only reads these two codecs, so the test writes them itself.
    const writers = { [CompressionTypes.LZ4]: compressFrame, [CompressionTypes.ZSTD]: storeAsZstd }
    for (const [type, compress] of Object.entries(writers)) {
      codecs[Number(type)] = () => ({
        compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
        decompress: async () => Promise.reject(new Error('for writing only')),
      })
    }
    const names = ['None', 'GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const
    for (const [n, codec] of names.entries()) {
      const compression = CompressionTypes[codec]
      await producer.send({ topic: note.topic, compression, messages: manyMessages(note, 20, n * 20) })
    }
    await producer.disconnect()
    Object.assign(codecs, readers)

    const consumer = consume(store, note)

    await settled(store, 100)
    await whenCommitted(consumer.name, note, 100)
    expect((await readEffects(store)).map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, n) => n),
    )
  })
})

describe('the memory of events', () => {
  it('is purged, in chunks, only of events that can no longer come again', async () => {
    const { db, pool } = await createStore()
    await pool.query(`
      INSERT INTO event_dedup
      SELECT consumer, 'source', age || '/' || n, 'tenant', age || '/' || n, '', 'done', now() - make_interval(days => age)
      FROM generate_series(1, 250) AS n, (VALUES ('ours', 122), ('ours', 120), ('theirs', 122)) AS kept (consumer, age)`)

    expect(await purgeDedup(db, 'ours', 100)).toBe(250)

    const { rows } = await pool.query('SELECT consumer, count(*)::int FROM event_dedup GROUP BY 1 ORDER BY 1')
    expect(rows).toEqual([
      { consumer: 'ours', count: 250 },
      { consumer: 'theirs', count: 250 },
    ])
  })
})

/** Builds a zstd frame with one uncompressed block (RFC 8878, 3.1.1), which every decoder can read. */
async function storeAsZstd(content: Buffer): Promise<Buffer> {
  const frame = Buffer.alloc(12)
  frame.writeUInt32LE(0xfd2fb528, 0)
  // A single segment with its size in four bytes, then the last block, raw.
  frame[4] = 0b1010_0000
  frame.writeUInt32LE(content.length, 5)
  frame.writeUIntLE((content.length << 3) | 1, 9, 3)
  return Buffer.concat([frame, content])
}
