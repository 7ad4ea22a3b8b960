import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { on, onAll, onRecords, type ReceivedEvent, sortHandlers, toReceivedEvent } from '../src/consumer/handlers.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  type Note,
  openAdmin,
  produce,
  readDeadLetters,
  readEffects,
  recordNotes,
  toMessage,
  whenCommitted,
} from './helpers.ts'
import { defineNote } from './note.ts'

/** Keeps what it is given, and writes a row of effect for each. */
function audit({ topic }: Note) {
  const received: ReceivedEvent[] = []
  const handler = onAll(topic, async (tx, all) => {
    received.push(...all)
    for (const { event, offset } of all) {
      await tx.execute(sql`INSERT INTO effects (event_id, note_id, n) VALUES (${event.id}, 'audited', ${offset})`)
    }
  })
  return { received, handler }
}

const send = (note: Note, event: object) => produce(note.topic, [{ key: 'a', value: JSON.stringify(event) }])

it('hears every event of its topic as it was received: of unknown types, addressed to others, with unknown fields', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const { received, handler } = audit(note)
  const known = buildNote(note, 'a', 1)
  const later = { ...buildNote(note, 'a', 2), type: 'note.invented_later', trace: { depth: 1 }, payload: { any: [1] } }
  const another = { ...buildNote(note, 'a', 3), target: 'somebody-else' }
  await produce(note.topic, [
    { ...toMessage(note, known), headers: { ce_type: known.type } },
    ...[later, another].map((event) => ({ key: 'a', value: JSON.stringify(event) })),
  ])

  const consumer = consume(store, note, { handlers: [handler] })
  await whenCommitted(consumer.name, note, 3)

  expect(received.map(({ value }) => JSON.parse(String(value)))).toEqual([known, later, another])
  expect(received.map(({ event }) => event.payload)).toEqual([known.payload, later.payload, another.payload])
  expect(received[0]).toMatchObject({
    topic: note.topic,
    partition: 0,
    offset: 0,
    key: Buffer.from('a'),
    headers: [['ce_type', Buffer.from('note.written')]],
  })
  const appendedAt = Date.parse(received[0]?.appendedAt ?? '')
  expect(Math.abs(Date.now() - appendedAt)).toBeLessThan(60_000)
  expect(await readDeadLetters(store)).toEqual([])
})

it('counts an event once, however often it is delivered, beside the handler of its type', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const { handler } = audit(note)
  const known = buildNote(note, 'a', 1)
  const later = { ...buildNote(note, 'a', 2), type: 'note.invented_later' }
  for (const event of [known, later, known, later]) await send(note, event)

  const consumer = consume(store, note, { handlers: [handler, recordNotes(note)] })
  await whenCommitted(consumer.name, note, 4)

  expect(consumer.log.find('Duplicate event, skipping')).toHaveLength(2)
  expect((await readEffects(store)).map(({ event_id, note_id }) => [event_id, note_id])).toEqual([
    [known.id, 'a'],
    [known.id, 'audited'],
    [later.id, 'audited'],
  ])
})

it('makes dead letters of what has no readable envelope, and of an id that comes again with another content', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const { received, handler } = audit(note)
  const later = { ...buildNote(note, 'a', 1), type: 'note.invented_later' }
  await produce(note.topic, [{ key: 'a', value: 'no event' }])
  for (const event of [later, { ...later, payload: { other: true } }]) await send(note, event)
  const last = { ...later, id: randomUUID() }
  await send(note, last)

  const consumer = consume(store, note, { handlers: [handler] })
  await whenCommitted(consumer.name, note, 4)

  expect(received.map(({ event }) => event.id)).toEqual([later.id, last.id])
  const codes = (await readDeadLetters(store)).map(({ headers }) =>
    headers.find(([name]) => name === 'x-error-code')?.[1]?.toString(),
  )
  expect(codes).toEqual(['record.not-an-envelope', 'event.mismatch'])
})

it('records that need not be events are handled once, as they are', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const values: (string | undefined)[] = []
  const handler = onRecords(note.topic, async (tx, records) => {
    for (const { value, offset } of records) {
      values.push(value?.toString('hex'))
      await tx.execute(sql`INSERT INTO effects (event_id, note_id, n) VALUES (${String(offset)}, 'kept', ${offset})`)
    }
  })
  const garbage = Buffer.from([0xff, 0x00])
  await produce(note.topic, [{ value: garbage }, { value: null }, { value: garbage }])

  const first = consume(store, note, { handlers: [handler] })
  await whenCommitted(first.name, note, 3)
  await first.close()
  const admin = await openAdmin()
  await admin.resetOffsets({ groupId: first.name, topic: note.topic, earliest: true })
  const again = consume(store, note, { handlers: [handler], name: first.name })
  await whenCommitted(again.name, note, 3)

  expect(values).toEqual(['ff00', undefined, 'ff00'])
  expect(again.log.find('Duplicate event, skipping')).toHaveLength(3)
  expect(await readEffects(store)).toHaveLength(3)
  expect(await readDeadLetters(store)).toEqual([])
})

it('a topic has one handler for all events, and a type has one for its own', async () => {
  const note = defineNote('note.events')
  const ofAll = onAll(note.topic, async () => undefined)
  const ofType = on(note, async () => undefined)

  expect(() => sortHandlers([ofAll, ofType, ofAll])).toThrow('note.events has two handlers')
  expect(() => sortHandlers([ofAll, ofType, ofType])).toThrow('note.written has two handlers')
})

it('an event has no moment of its append if the producer chose a timestamp that is none', () => {
  const note = buildNote(defineNote('note.events'), 'a', 1)
  const place = { topic: 'note.events', life: '', partition: 0, offset: 0 }
  const content = { key: null, value: Buffer.from(JSON.stringify(note)), headers: [], sizeBytes: 0 }
  const read = (timestamp: string) =>
    toReceivedEvent({ ...place, ...content, timestamp, isRedriven: false, unreadBatch: null }, note)

  expect(read('9223372036854775807').appendedAt).toBeNull()
  expect(read('0').appendedAt).toBe('1970-01-01T00:00:00.000Z')
})
