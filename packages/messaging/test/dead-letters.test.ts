import { randomBytes } from 'node:crypto'
import { AppError } from '@coursewire/service-kit'
import { uniqueName, waitFor } from '@coursewire/testing'
import { type Message } from 'kafkajs'
import { describe, expect, it, vi } from 'vitest'
import type { DeadLetter } from '../src/dead-letters/dead-letter.ts'
import {
  type DeadLetterFilter,
  findDeadLetters,
  listDeadLetters,
  selectDeadLetters,
  withDeadLetters,
} from '../src/dead-letters/dead-letters.ts'
import { planReplay, replayDeadLetters } from '../src/dead-letters/replay.ts'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import { findRanges, readRanges } from '../src/kafkajs/read-ranges.ts'
import { REDRIVE_HEADER } from '../src/source.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  kafkaSettings,
  openAdmin,
  openTransactionalProducer,
  produce,
  readEffects,
  readTopic,
  recordNotes,
  relayToKafka,
  settled,
  toMessage,
  whenCommitted,
} from './helpers.ts'

async function createDeadLetterTopic(topic = `${uniqueName('consumer')}.dlq`): Promise<string> {
  await createTopics(createKafka(kafkaSettings()), [
    { topic, numPartitions: 3, replicationFactor: 1, configEntries: [] },
  ])
  return topic
}

/** Opens what an operator can do with the dead letters on `topics`. */
function open(topics: string[], signal?: AbortSignal) {
  const use = <Result>(work: Parameters<typeof withDeadLetters<Result>>[2]) =>
    withDeadLetters(kafkaSettings(), signal, work)
  return {
    list: (filter: DeadLetterFilter, limit = 10) => use((clients) => listDeadLetters(clients, topics, filter, limit)),
    find: (id: string) => use((clients) => findDeadLetters(clients, [id])),
    plan: () => use(async (clients) => planReplay(clients, await selectDeadLetters(clients, topics, {}))),
    select: () => use((clients) => selectDeadLetters(clients, topics, {})),
    replay: (letters: DeadLetter[], options: Parameters<typeof replayDeadLetters>[2] = {}) =>
      use((clients) => replayDeadLetters(clients, letters, options)),
  }
}

interface LetterDetails {
  topic: string
  partition?: number
  offset: number
  code?: string
  minute?: number
  origin?: string
}

/** Builds a dead letter as the relay would send it to Kafka. */
function aLetter(details: LetterDetails, message: Partial<Message> = {}): Message {
  const { topic, partition = 0, offset, code = 'note.illegible', minute = offset, origin } = details
  return {
    key: 'a',
    value: '{"type":"note.written"}',
    ...message,
    headers: {
      ...message.headers,
      'x-original-topic': topic,
      'x-original-partition': String(partition),
      'x-original-offset': String(offset),
      'x-error-code': code,
      'x-last-failure-at': `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`,
      ...(origin && { [REDRIVE_HEADER]: origin }),
    },
  }
}

/** Starts a consumer whose handler refuses notes while `isBroken`, and the relay that sends its dead letters. */
async function startBrokenConsumer() {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const dlq = await createDeadLetterTopic()
  const state = { isBroken: true }
  const handler = recordNotes(note, () => {
    if (state.isBroken) throw new AppError('invalid', 'note.illegible', 'Cannot be read')
  })
  const relay = relayToKafka(store)
  const name = dlq.replace('.dlq', '')
  const consumer = consume(store, note, { name, handlers: [handler], onCommitted: () => relay.wake() })
  const deadLetters = open([dlq])
  const waitForLetters = (matching: number) =>
    waitFor(async () => {
      const found = await deadLetters.list({})
      return found.matching === matching ? found.letters : null
    })
  const waitForRecords = (count: number) => whenCommitted(consumer.name, note, count)
  return { store, note, state, deadLetters, waitForLetters, waitForRecords }
}

describe('a dead letter', () => {
  it('is listed and shown, and is applied once however often it is replayed', async () => {
    const { store, note, state, deadLetters, waitForLetters, waitForRecords } = await startBrokenConsumer()
    const event = buildNote(note, 'a', 1)
    await produce(note.topic, [toMessage(note, event)])

    const [summary] = await waitForLetters(1)
    expect(summary).toMatchObject({
      topic: note.topic,
      partition: 0,
      offset: 0,
      origin: `${note.topic}/0/0`,
      wasReplayed: false,
      type: 'note.written',
      eventId: event.id,
      code: 'note.illegible',
      attempts: 1,
      message: 'Cannot be read',
    })
    const letters = await deadLetters.find(summary?.id ?? '')
    expect(letters).toMatchObject([{ stack: expect.stringContaining('AppError'), serviceVersion: '1' }])

    state.isBroken = false
    await deadLetters.replay(letters)
    await settled(store, 1)
    await deadLetters.replay(letters)

    await waitForRecords(3)
    expect(await readEffects(store)).toMatchObject([{ event_id: event.id }])
    expect(await waitForLetters(1)).toEqual([summary])
  })

  it('that fails again replaces its predecessor in the list', async () => {
    const { store, note, state, deadLetters, waitForLetters } = await startBrokenConsumer()
    await produce(note.topic, [toMessage(note, buildNote(note, 'a', 1))])
    const [first] = await waitForLetters(1)

    await deadLetters.replay(await deadLetters.select())

    const [second, ...others] = await waitForLetters(2)
    expect(others).toEqual([])
    expect(second).toMatchObject({ offset: 1, origin: first?.origin, wasReplayed: true, eventId: first?.eventId })
    expect(await deadLetters.find(first?.id ?? '')).toHaveLength(1)

    const again = await deadLetters.select()
    expect(again.map(({ id }) => id)).toEqual([second?.id])
    await deadLetters.replay(again)
    expect(await waitForLetters(3)).toMatchObject([{ offset: 2, origin: first?.origin, wasReplayed: true }])

    state.isBroken = false
    await deadLetters.replay(await deadLetters.select())
    await settled(store, 1)
  })

  it('goes back to its partition with its own bytes and headers and a mark', async () => {
    const [note, dlq] = await Promise.all([createNoteTopic({ partitions: 3 }), createDeadLetterTopic()])
    const own = { twice: [Buffer.from([0xff, 0]), Buffer.from('b')], traceparent: 'from-outside' }
    const bytes = Buffer.from([0, 1, 0xff, 0xfe])
    // At least one of these keys would go to another partition by its hash.
    const places = [0, 1, 2]
    await produce(
      dlq,
      places.map((partition) =>
        aLetter({ topic: note.topic, partition, offset: 7 }, { key: bytes, value: bytes, headers: own }),
      ),
    )
    const deadLetters = open([dlq])
    const records = await readTopic(note.topic)

    await deadLetters.replay(await deadLetters.select())

    await waitFor(() => records.length === 3)
    expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set(places))
    for (const { key, value, headers, partition } of records) {
      expect([key, value]).toEqual([bytes, bytes])
      expect(headers).toEqual([
        ['twice', Buffer.from([0xff, 0])],
        ['twice', Buffer.from('b')],
        ['traceparent', Buffer.from('from-outside')],
        [REDRIVE_HEADER, Buffer.from(`${note.topic}/${partition}/7`)],
      ])
    }
  })

  it('is never replayed if it is a mismatch, has no content, or its topic is gone', async () => {
    const [note, dlq] = await Promise.all([createNoteTopic({ partitions: 1 }), createDeadLetterTopic()])
    await produce(dlq, [
      aLetter({ topic: note.topic, offset: 0, code: 'event.mismatch' }),
      aLetter({ topic: note.topic, offset: 1 }, { value: null }),
      aLetter({ topic: note.topic, offset: 2, partition: 9 }),
      aLetter({ topic: 'gone', offset: 3 }),
      aLetter({ topic: note.topic, offset: 4 }),
    ])
    const deadLetters = open([dlq])

    const { ready, refused } = await deadLetters.plan()

    expect(ready.map(({ offset }) => offset)).toEqual([4])
    expect(refused.map(({ letter, reason }) => [letter.offset, reason])).toEqual([
      [3, 'gone has no partition 0 any more'],
      [0, expect.stringContaining('never replayed')],
      [1, expect.stringContaining('no content')],
      [2, `${note.topic} has no partition 9 any more`],
    ])
  })

  it('that its topic refuses is named, and the others are replayed', async () => {
    const [note, dlq] = await Promise.all([
      createNoteTopic({ partitions: 1, maxBytes: 1_000 }),
      createDeadLetterTopic(),
    ])
    await produce(dlq, [
      aLetter({ topic: note.topic, offset: 0 }, { value: randomBytes(2_000) }),
      aLetter({ topic: note.topic, offset: 1 }),
    ])
    const deadLetters = open([dlq])
    const records = await readTopic(note.topic)

    const refused = await deadLetters.replay(await deadLetters.select())

    expect(refused).toMatchObject([{ letter: { offset: 0 }, reason: expect.stringMatching(/larger than the max/) }])
    await waitFor(() => records.length === 1)
  })

  it('is not reported as replayed if the client does not know its partition', async () => {
    const [note, dlq] = await Promise.all([createNoteTopic({ partitions: 1 }), createDeadLetterTopic()])
    await produce(dlq, [aLetter({ topic: note.topic, offset: 0 })])
    const deadLetters = open([dlq])
    const letters = await deadLetters.select()

    const replaying = deadLetters.replay(letters.map((letter) => ({ ...letter, partition: 7 })))

    await expect(replaying).rejects.toThrow('Stopped after 0 of 1: Partitions not acknowledged: 7')
  })
})

describe('the dead letters of several topics', () => {
  it('can be filtered by topic, type, code and time, and limited, the newest first', async () => {
    const dlqs = await Promise.all([createDeadLetterTopic(), createDeadLetterTopic()])
    await produce(dlqs[0], [
      aLetter({ topic: 'one', offset: 1, code: 'x' }),
      aLetter({ topic: 'one', offset: 2, code: 'y' }),
      aLetter({ topic: 'two', offset: 3 }, { key: 'b', value: '{"type":"note.burnt"}' }),
    ])
    await produce(dlqs[1], [
      aLetter(
        { topic: 'two', offset: 4, code: 'x' },
        { key: 'c', value: 'no JSON', headers: { ce_type: 'note.drawn' } },
      ),
      { key: 'c', value: 'no dead letter at all' },
    ])
    const deadLetters = open([...dlqs, 'not.there.dlq'])
    const offsets = async (filter: DeadLetterFilter, limit?: number) =>
      (await deadLetters.list(filter, limit)).letters.map(({ offset }) => offset)

    expect(await offsets({})).toEqual([4, 3, 2, 1])
    expect(await offsets({}, 1)).toEqual([4])
    expect(await offsets({ topic: 'two' })).toEqual([4, 3])
    expect(await offsets({ type: 'note.drawn' })).toEqual([4])
    expect(await offsets({ type: 'note.burnt' })).toEqual([3])
    expect(await offsets({ code: 'x' })).toEqual([4, 1])
    expect(await offsets({ since: '2026-01-01T00:02:00.000Z', until: '2026-01-01T00:04:00.000Z' })).toEqual([3, 2])
  })

  it('are filtered by the newest of each record', async () => {
    const dlq = await createDeadLetterTopic()
    await produce(dlq, [
      aLetter({ topic: 'one', offset: 1, code: 'x' }),
      aLetter({ topic: 'one', offset: 2, code: 'x' }),
      aLetter({ topic: 'one', offset: 3, code: 'y', origin: 'one/0/1' }),
    ])
    const deadLetters = open([dlq])

    const { letters } = await deadLetters.list({ code: 'x' })

    expect(letters.map(({ offset }) => offset)).toEqual([2])
  })

  it('are complete, even if a record from outside has the mark of another', async () => {
    const dlq = await createDeadLetterTopic()
    await produce(dlq, [
      aLetter({ topic: 'one', offset: 1 }),
      aLetter({ topic: 'one', offset: 2, origin: 'one/0/1' }, { value: 'something else' }),
    ])
    const deadLetters = open([dlq])

    const letters = await deadLetters.select()

    expect(letters).toHaveLength(2)
  })

  it('are replayed in the order in which their records were', async () => {
    const dlqs = await Promise.all([createDeadLetterTopic(), createDeadLetterTopic()])
    await produce(dlqs[0], [
      aLetter({ topic: 'one', offset: 10 }),
      aLetter({ topic: 'one', offset: 9 }, { key: 'b' }),
      aLetter({ topic: 'one', offset: 12, origin: 'one/0/3' }, { key: 'c' }),
    ])
    await produce(dlqs[1], [aLetter({ topic: 'one', offset: 4 }), aLetter({ topic: 'a', offset: 99, minute: 1 })])
    const deadLetters = open(dlqs)

    const letters = await deadLetters.select()

    expect(letters.map(({ origin }) => origin)).toEqual(['a/0/99', 'one/0/3', 'one/0/4', 'one/0/9', 'one/0/10'])
  })

  it('stop being replayed when told to, and report how many were', async () => {
    const [note, dlq] = await Promise.all([createNoteTopic({ partitions: 1 }), createDeadLetterTopic()])
    await produce(
      dlq,
      [0, 1, 2].map((offset) => aLetter({ topic: note.topic, offset })),
    )
    const stop = new AbortController()
    const deadLetters = open([dlq], stop.signal)
    const records = await readTopic(note.topic)

    const replaying = deadLetters.replay(await deadLetters.select(), { perSecond: 0.01, onSent: () => stop.abort() })

    await expect(replaying).rejects.toThrow('Stopped after 1 of 3: you stopped it. The letters are all still there')
    await waitFor(() => records.length === 1)
  })

  it('are read to the end even if records have expired or were aborted', async () => {
    const [expired, aborted] = await Promise.all([createDeadLetterTopic(), createDeadLetterTopic()])
    await produce(
      expired,
      [1, 2, 3].map((offset) => aLetter({ topic: 'one', offset })),
    )
    const producer = await openTransactionalProducer()
    for (const end of ['commit', 'abort'] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: aborted, messages: [aLetter({ topic: end, offset: 1 })] })
      await transaction[end]()
    }
    const admin = await openAdmin()
    const offsets = await admin.fetchTopicOffsets(expired)
    const full = offsets.find(({ high }) => high !== '0')?.partition ?? 0
    await admin.deleteTopicRecords({ topic: expired, partitions: [{ partition: full, offset: '2' }] })
    const deadLetters = open([expired, aborted])

    const { letters } = await deadLetters.list({})

    expect(letters.map(({ topic, offset }) => `${topic} ${offset}`)).toEqual(['one 3', 'commit 1'])
  })

  it('are read to the end when records expire meanwhile, and no group is left', async () => {
    const dlq = await createDeadLetterTopic()
    await produce(dlq, [aLetter({ topic: 'one', offset: 1 })])
    const kafka = createKafka(kafkaSettings())
    const createConsumer = vi.spyOn(kafka, 'consumer')

    const admin = await openAdmin()
    const ranges = await findRanges(admin, [dlq])
    const partitions = ranges.map(({ partition, to }) => ({ partition, offset: String(to) }))
    await admin.deleteTopicRecords({ topic: dlq, partitions })
    const found: unknown[] = []
    await readRanges({ kafka, admin, name: 'test' }, ranges, (records) => void found.push(...records))
    const { groups } = await admin.listGroups()

    expect(found).toEqual([])
    const [[settings] = []] = createConsumer.mock.calls
    expect(settings?.groupId).toMatch(/^test\.reader-/)
    expect(groups.map(({ groupId }) => groupId)).not.toContain(settings?.groupId)
  })

  it('cannot be read while Kafka is down, and the error says so', async () => {
    const opening = withDeadLetters(kafkaSettings(['127.0.0.1:1']), undefined, async () => undefined)

    await expect(opening).rejects.toThrow(/^Kafka does not answer at 127\.0\.0\.1:1: .*ECONNREFUSED/)
  })
})
