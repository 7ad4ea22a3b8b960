import { uniqueName, waitFor } from '@coursewire/testing'
import { describe, expect, it } from 'vitest'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import { appendToOutbox, toKafkaRow } from '../src/outbox/outbox.ts'
import { type ForeignRecord, useForeignClient } from './foreign-client/client.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  kafkaSettings,
  type Note,
  readDeadLetters,
  readEffects,
  readTopic,
  relayToKafka,
  type Store,
  settled,
  whenCommitted,
  writeNotes,
} from './helpers.ts'

/** Sends the rows of the outbox, and resolves when it is empty. */
async function relay(store: Store): Promise<void> {
  relayToKafka(store)
  await waitFor(async () => (await countOutbox(store)) === 0)
}

const ascending = (a: number, b: number) => a - b
const byContent = (a: ForeignRecord, b: ForeignRecord) => Buffer.compare(toBytes(a), toBytes(b))
const toBytes = ({ key, value }: ForeignRecord) => Buffer.from(JSON.stringify([key, value]))

function aRecord(note: Note, n: number, noteId = `key-${n % 7}`): ForeignRecord {
  const value = Buffer.from(JSON.stringify(buildNote(note, noteId, n, 'the same words again, '.repeat(20))))
  return { key: Buffer.from(noteId), value, headers: [] }
}
const manyRecords = (note: Note, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => aRecord(note, from + index))

describe("a system that uses Kafka's own client", () => {
  const client = useForeignClient()

  it('is read in every codec, in batches and one by one, with an idempotent producer or without', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
    const consumer = consume(store, note)

    for (const [index, codec] of codecs.entries()) {
      const config = { 'compression.type': codec, 'linger.ms': '50' }
      await client().send(note.topic, manyRecords(note, 100, index * 1_000), config)
      await client().send(note.topic, [aRecord(note, index * 1_000 + 100)], {
        ...config,
        'enable.idempotence': 'false',
      })
    }

    await settled(store, 505)
    await whenCommitted(consumer.name, note, 505)
    const effects = await readEffects(store)
    expect(effects.map(({ n }) => n).toSorted(ascending)).toEqual(
      codecs.flatMap((_, index) => Array.from({ length: 101 }, (_, n) => index * 1_000 + n)),
    )
    expect(await readDeadLetters(store)).toEqual([])
  })

  it('is heard when it commits a transaction, and never when it aborts one', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    const [first, second] = [1, 2].map(() => ({ 'transactional.id': uniqueName('transaction') }))
    if (!first || !second) throw new Error('unreachable')
    const send = (numbers: number[], config?: Record<string, string>) =>
      client().send(
        note.topic,
        numbers.map((n) => aRecord(note, n, 'a')),
        config,
      )

    await client().transaction('begin', first)
    await send([0, 1], first)
    await client().transaction('begin', second)
    await send([10, 11], second)
    await send([20])
    await client().transaction('commit', second)
    await client().transaction('abort', first)
    await client().transaction('begin', first)
    await send([2], first)
    await client().transaction('commit', first)

    // There are six records and three markers.
    await whenCommitted(consumer.name, note, 9)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([10, 11, 20, 2])
    expect(consumer.log.find('Offsets lost')).toEqual([])
  })

  it('may leave out the key, repeat headers and send anything, which is applied or dead-lettered byte for byte', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const headers: ForeignRecord['headers'] = [
      ['twice', Buffer.from([0xff, 0, 0xfe])],
      ['nothing', null],
      ['', Buffer.alloc(0)],
      ['2', Buffer.from('before 1')],
      ['1', Buffer.from('after 2')],
      ['twice', Buffer.from('b')],
      // These names exist on every JavaScript object.
      ['constructor', Buffer.from('c')],
      ['__proto__', Buffer.from('d')],
      ['__proto__', Buffer.from('e')],
    ]
    const bad: ForeignRecord[] = [
      { key: Buffer.from('a'), value: null, headers },
      { key: null, value: null, headers },
      { key: null, value: Buffer.from([0xff, 0]), headers },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers },
    ]
    const good = [
      { ...aRecord(note, 1), key: null, headers },
      { ...aRecord(note, 2), headers },
    ]

    const consumer = consume(store, note)
    await client().send(note.topic, [...bad, ...good])

    await whenCommitted(consumer.name, note, 6)
    expect((await readEffects(store)).map(({ n }) => n).toSorted(ascending)).toEqual([1, 2])
    const topic = `${consumer.name}.dlq`
    await createTopics(createKafka(kafkaSettings()), [
      { topic, numPartitions: 1, replicationFactor: 1, configEntries: [] },
    ])
    await relay(store)
    const letters = await client().read(topic, bad.length)
    const asSent = letters.map((letter) => ({
      ...letter,
      headers: letter.headers.filter(([name]) => !name.startsWith('x-')),
    }))
    // Sorted by content, because lanes settle concurrently.
    expect(asSent.toSorted(byContent)).toEqual(bad.toSorted(byContent))
  })

  it('puts a key into the same partition as we do, so that the key keeps its order', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 12 })])
    const keys = [
      ...Array.from({ length: 200 }, (_, index) => Buffer.from(`course-${index}`)),
      ...['Größe', '鍵', '🔑', ' '].map((key) => Buffer.from(key)),
      ...Array.from({ length: 12 }, (_, length) => Buffer.alloc(length, Buffer.from([0xff, 0, 0x80, 0x7f, 0xfe]))),
    ]
    const rows = keys.map((key) => ({ ...toKafkaRow(note, buildNote(note, 'a', 1)), key }))

    const theirs = await client().send(
      note.topic,
      keys.map((key) => ({ key, value: null, headers: [] })),
    )
    await store.db.transaction((tx) => appendToOutbox(tx, rows))
    await relay(store)

    const records = await readTopic(note.topic)
    await waitFor(() => records.length === 2 * keys.length)
    const ours = new Map(
      records.filter(({ value }) => value).map(({ key, partition }) => [key?.toString('hex'), partition]),
    )
    expect(keys.map((key) => ours.get(key.toString('hex')))).toEqual(theirs.map(({ partition }) => partition))
    expect(new Set(ours.values()).size).toBe(12)
  })

  it('reads what we write: key, bytes and CloudEvents headers, in the order of the key', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await writeNotes(
      store,
      note,
      Array.from({ length: 50 }, (_, n) => ({ noteId: `schlüssel-${n % 3}`, n, text: 'Grüße 🌿' })),
    )
    const { rows } = await store.pool.query<{ payload: Buffer }>('SELECT payload FROM outbox ORDER BY id')
    await relay(store)

    const records = await client().read(note.topic, 50)

    const read = records.map(({ key, value, headers }) => {
      const event = JSON.parse(String(value))
      expect(key?.toString()).toBe(event.payload.note_id)
      expect(headers.map(([name, content]) => [name, String(content)])).toEqual([
        ['ce_specversion', '1.0'],
        ['ce_id', event.id],
        ['ce_type', 'note.written'],
        ['ce_source', '/test'],
        ['ce_time', event.timestamp],
        ['ce_tenantid', 'tenant'],
        ['ce_correlationid', 'correlation'],
        ['content-type', 'application/json'],
      ])
      return { n: event.payload.n, noteId: event.payload.note_id, value }
    })
    expect(read.toSorted((a, b) => a.n - b.n).map(({ value }) => value)).toEqual(rows.map(({ payload }) => payload))
    for (const noteId of new Set(read.map((note) => note.noteId))) {
      const numbers = read.filter((note) => note.noteId === noteId).map(({ n }) => n)
      expect(numbers).toEqual(numbers.toSorted(ascending))
    }
  })
})
