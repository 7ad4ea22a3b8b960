import { gunzipSync } from 'node:zlib'
import { uniqueName, waitFor } from '@coursewire/testing'
import { CompressionCodecs, CompressionTypes } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { selectDeadLetters, withDeadLetters } from '../src/dead-letters/dead-letters.ts'
import { planReplay, replayDeadLetters } from '../src/dead-letters/replay.ts'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import { readLimits, registerCodecs } from '../src/kafkajs/codecs.ts'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import { startRelay } from '../src/relay/relay.ts'
import { type ForeignRecord, useForeignClient } from './foreign-client/client.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  kafkaSettings,
  type Note,
  produce,
  readDeadLetters,
  readEffects,
  readTopic,
  relayToKafka,
  settled,
  toMessage,
  whenCommitted,
} from './helpers.ts'

// Small limits, so that exceeding them is cheap.
const limits = { bytes: 1024 * 1024, entries: 2_000 }
Object.assign(readLimits, limits)

const header = (headers: readonly (readonly [string, Buffer | null])[] | undefined, name: string) =>
  headers?.find(([own]) => own === name)?.[1]?.toString()

const aRecord = (note: Note, n: number, text: string): ForeignRecord => ({
  key: Buffer.from('a'),
  value: Buffer.from(JSON.stringify(buildNote(note, 'a', n, text))),
  headers: [],
})
const sendGood = (note: Note, n: number) => produce(note.topic, [toMessage(note, buildNote(note, 'a', n))])

/** Puts all records of a call into one batch, however slow the machine is: the client flushes, which ends the wait. */
const oneBatch = { 'batch.size': '4000000', 'linger.ms': '60000' }

describe('a batch that is too large after decompression', () => {
  const client = useForeignClient()

  it.for(['gzip', 'snappy', 'lz4', 'zstd'])('becomes one dead letter, and nobody waits for it (%s)', async (codec) => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    const together = { 'compression.type': codec, ...oneBatch }

    await sendGood(note, 0)
    await client().send(
      note.topic,
      Array.from({ length: 8 }, (_, n) => aRecord(note, 100 + n, ' '.repeat(200_000))),
      together,
    )
    await sendGood(note, 1)

    await whenCommitted(consumer.name, note, 10)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([0, 1])
    const [letter, ...others] = await readDeadLetters(store)
    expect(others).toEqual([])
    const why = ['x-error-code', 'x-batch-first-offset', 'x-original-offset', 'x-batch-records', 'x-batch-codec']
    expect(why.map((name) => header(letter?.headers, name))).toEqual(['batch.unreadable', '1', '8', '8', codec])
    expect(header(letter?.headers, 'x-error-message')).toMatch(/more than 1048576 bytes when it is read/)
    if (codec === 'gzip' && letter?.payload) expect(gunzipSync(letter.payload).length).toBeGreaterThan(1_600_000)
  })

  it.for(['gzip', 'snappy', 'lz4', 'zstd'])('is read normally if it is just within the limit (%s)', async (codec) => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    const together = { 'compression.type': codec, ...oneBatch }

    await client().send(
      note.topic,
      Array.from({ length: 5 }, (_, n) => aRecord(note, n, 'the same words again, '.repeat(8_500))),
      together,
    )

    await whenCommitted(consumer.name, note, 5)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4])
    expect(await readDeadLetters(store)).toEqual([])
  })
})

describe('a batch that became a dead letter', () => {
  it('is replayed record by record, and each record has its effect', async () => {
    onTestFinished(() => void Object.assign(readLimits, limits))
    const name = uniqueName('consumer')
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const topics = [{ topic: `${name}.dlq`, numPartitions: 1, replicationFactor: 1, configEntries: [] }]
    await createTopics(createKafka(kafkaSettings()), topics)
    relayToKafka(store)
    const letters = await readTopic(`${name}.dlq`)
    consume(store, note, { name })
    const producer = createKafka(kafkaSettings()).producer({ allowAutoTopicCreation: false })
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    const events = Array.from({ length: 8 }, (_, n) => toMessage(note, buildNote(note, 'a', n, 'x'.repeat(200_000))))
    await producer.send({ topic: note.topic, compression: CompressionTypes.GZIP, messages: events })
    await waitFor(() => letters.length === 1, { message: 'the letter' })
    const watched = await readTopic(note.topic)

    const refused = await withDeadLetters(kafkaSettings(), undefined, async (connection) => {
      const plan = await planReplay(connection, await selectDeadLetters(connection, [`${name}.dlq`], {}))
      return [...plan.refused, ...(await replayDeadLetters(connection, plan.ready))]
    })

    expect(refused).toEqual([])
    await settled(store, 8)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    await waitFor(() => watched.length >= 8)
    expect(watched.at(-1)?.value?.equals(events[7]?.value as Buffer)).toBe(true)
  })
})

describe('a batch', () => {
  it('with more records than are read at once becomes one dead letter', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    const producer = createKafka(kafkaSettings()).producer({ allowAutoTopicCreation: false })
    await producer.connect()
    onTestFinished(() => producer.disconnect())

    await producer.send({ topic: note.topic, messages: Array.from({ length: 2_001 }, () => ({ value: '' })) })
    await sendGood(note, 1)

    await whenCommitted(consumer.name, note, 2_002)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([1])
    const letters = await readDeadLetters(store)
    expect(letters.map(({ headers }) => header(headers, 'x-error-message'))).toEqual([
      '2001 records (uncompressed) from offset 0 to 2000: more than 2000 records and headers',
    ])
  })

  it('with more headers than are read at once becomes one dead letter', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const consumer = consume(store, note)
    const headers = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`h${n}`, '']))

    await produce(note.topic, [{ key: 'a', value: 'x', headers }])
    await sendGood(note, 1)

    await whenCommitted(consumer.name, note, 2)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual([1])
    expect(await readDeadLetters(store)).toHaveLength(1)
  })

  it('is read together with many others in one fetch, even if all together exceed the limit', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const producer = createKafka(kafkaSettings()).producer({ allowAutoTopicCreation: false })
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    for (let n = 0; n < 20; n += 1) {
      const messages = [toMessage(note, buildNote(note, 'a', n, 'x'.repeat(200_000)))]
      await producer.send({ topic: note.topic, compression: CompressionTypes.GZIP, messages })
    }

    const consumer = consume(store, note)

    await settled(store, 20)
    await whenCommitted(consumer.name, note, 20)
    expect((await readEffects(store)).map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(await readDeadLetters(store)).toEqual([])
  })
})

describe('compressed data', () => {
  registerCodecs()
  const decompress = (codec: CompressionTypes, bytes: Buffer): Promise<Buffer> =>
    (CompressionCodecs as Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>)
      [codec]?.()
      .decompress(bytes) ?? Promise.reject(new Error('unreachable'))
  const framed = (blocks: Buffer[]) =>
    Buffer.concat([
      Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1'),
      ...blocks.flatMap((block) => {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(block.length)
        return [length, block]
      }),
    ])

  it('in snappy may have many blocks, but no nested ones', async () => {
    const block = Buffer.from([1, 0, 0x78])

    const many = await decompress(CompressionTypes.Snappy, framed(Array.from({ length: 20_000 }, () => block)))
    const nested = decompress(CompressionTypes.Snappy, framed([framed([block])]))

    expect(many.equals(Buffer.alloc(20_000, 'x'))).toBe(true)
    await expect(nested).rejects.toThrow('invalid snappy data')
  })

  it('in snappy that claims four gigabytes is refused', async () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0x78])

    await expect(decompress(CompressionTypes.Snappy, claim)).rejects.toThrow('more than 1048576 bytes')
  })

  it('in zstd that asks for a window of gigabytes is refused', async () => {
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0, 0])
    const claim = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f, 0x01, 0, 0])

    await expect(decompress(CompressionTypes.ZSTD, header)).rejects.toThrow('windows of more than')
    await expect(decompress(CompressionTypes.ZSTD, claim)).rejects.toThrow('more than 1048576 bytes')
  })

  it('in zstd that asks for many windows is refused even if each one would be allowed', async () => {
    // Each has a window of 128 MiB and an empty block.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x01, 0, 0])

    expect(await decompress(CompressionTypes.ZSTD, frame)).toHaveLength(0)
    const many = decompress(CompressionTypes.ZSTD, Buffer.concat([frame, frame]))
    await expect(many).rejects.toThrow('windows of more than')
  })
})

describe('a dead letter', () => {
  it('fits where its record did, because it is sent compressed, and has the same bytes', async () => {
    const name = uniqueName('consumer')
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, maxBytes: 50_000 })])
    await createTopics(createKafka(kafkaSettings()), [
      {
        topic: `${name}.dlq`,
        numPartitions: 1,
        replicationFactor: 1,
        configEntries: [{ name: 'max.message.bytes', value: '60000' }],
      },
    ])
    const { logger } = kafkaSettings()
    const relay = startRelay({ databaseUrl: store.databaseUrl, channel: createKafkaChannel(kafkaSettings()), logger })
    onTestFinished(() => relay.close())
    const letters = await readTopic(`${name}.dlq`)
    consume(store, note, { name })
    const producer = createKafka(kafkaSettings()).producer({ allowAutoTopicCreation: false })
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    const value = Buffer.alloc(900_000, 'no event, ')

    await producer.send({ topic: note.topic, compression: CompressionTypes.GZIP, messages: [{ key: 'a', value }] })

    await waitFor(() => letters.length === 1, { message: 'the letter' })
    expect(letters[0]?.value?.equals(value)).toBe(true)
    await waitFor(async () => (await countOutbox(store)) === 0, { message: 'an empty outbox' })
    expect((await store.pool.query('SELECT id FROM outbox_parked')).rows).toEqual([])
  })
})
