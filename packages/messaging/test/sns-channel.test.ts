import { waitFor } from '@coursewire/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import { appendToOutbox, toSnsRow } from '../src/outbox/outbox.ts'
import type { StoredRow } from '../src/relay/channel.ts'
import { startRelay } from '../src/relay/relay.ts'
import { createSnsChannel, splitIntoRequests } from '../src/relay/sns-channel.ts'
import type { KafkaSource } from '../src/source.ts'
import {
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  readTopic,
  type Store,
  writeNotes,
} from './helpers.ts'
import { fillSnsOutbox, relaySns, startLocalSns } from './local-sns.ts'

const log = (n: number) => ({ type: 'message', fields: { n } })

function writeMessages(store: Store, topicArn: string, texts: string[]): Promise<void> {
  return store.db.transaction((tx) =>
    appendToOutbox(
      tx,
      texts.map((message, n) =>
        toSnsRow(topicArn, { subject: 'Note', message, attributes: { event_id: `id-${n}` } }, log(n)),
      ),
    ),
  )
}

const numbersOf = (records: KafkaSource[]) => records.map(({ value }) => JSON.parse(String(value)).payload.n)

describe('the SNS channel', () => {
  it('publishes each message with its subject and attributes, and deletes the row', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    await writeMessages(
      store,
      sns.topicArn,
      Array.from({ length: 95 }, (_, n) => `message ${n}`),
    )

    const testLog = relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    const published = await sns.readPublished()
    expect(published.map(({ message }) => message).toSorted()).toEqual(
      Array.from({ length: 95 }, (_, n) => `message ${n}`).toSorted(),
    )
    expect(published[0]).toMatchObject({
      subject: 'Note',
      messageAttributes: { event_id: { value: expect.stringMatching(/^id-/) } },
    })
    expect(testLog.find('Message published')).toHaveLength(95)
  })

  it('fails a message that cannot be encoded, and sends the next one', async () => {
    const { topicArn, readPublished } = await startLocalSns()
    const channel = createSnsChannel({ logger: createTestLogger().logger })
    onTestFinished(() => channel.close())
    const row = (id: string, topic: string): StoredRow => ({
      id,
      writtenAt: 0,
      ...toSnsRow(topic, { subject: 'Note', message: `message ${id}`, attributes: {} }, log(1)),
    })

    const unwritable = await channel.send([row('1', '\ud800')])
    const next = await channel.send([row('2', topicArn)])

    expect(unwritable.failed).toMatchObject([{ row: { id: '1' }, error: { name: 'URIError' } }])
    expect(next.sent).toMatchObject([{ id: '2' }])
    expect((await readPublished()).map(({ message }) => message)).toEqual(['message 2'])
  })

  it('publishes an unpaired surrogate as U+FFFD', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    const attributes = { event_id: 'id-\ud800' }
    await store.db.transaction((tx) =>
      appendToOutbox(tx, [toSnsRow(sns.topicArn, { subject: 'Note', message: 'text', attributes }, log(1))]),
    )

    relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(await sns.readPublished()).toMatchObject([{ messageAttributes: { event_id: { value: 'id-\ufffd' } } }])
  })

  it('is refused for a while, during which Kafka flows, and gets everything later', async () => {
    const [store, note, sns] = await Promise.all([createStore(), createNoteTopic(), startLocalSns()])
    await sns.setFault({ kind: 'throttle', times: null })
    const records = await readTopic(note.topic)
    const testLog = relaySns(store)
    const kafkaRelay = startRelay({
      databaseUrl: store.databaseUrl,
      channel: createKafkaChannel({ ...kafkaSettings(), logger: testLog.logger }),
      logger: testLog.logger,
    })
    onTestFinished(() => kafkaRelay.close())

    await writeMessages(store, sns.topicArn, ['one', 'two'])
    await waitFor(() => testLog.find('Message refused').length === 2)
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    await waitFor(async () => records.length === 1 && (await countOutbox(store)) === 2)

    await sns.clearFaults()
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect((await sns.readPublished()).map(({ message }) => message).toSorted()).toEqual(['one', 'two'])
    // Each row is logged once, however often it was refused, and only by its own channel.
    const warnings = testLog.lines.filter(({ level }) => level === 'warn' || level === 'error')
    expect(warnings.map(({ msg }) => msg)).toEqual(['Message refused', 'Message refused'])
  })

  it('refuses while a million rows wait for it, which does not slow down Kafka, and continues when SNS does', async () => {
    const [store, note, sns] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 }), startLocalSns()])
    const records = await readTopic(note.topic)
    await fillSnsOutbox(store, sns.topicArn, 1_000_000)
    const kafkaRelay = startRelay({
      databaseUrl: store.databaseUrl,
      channel: createKafkaChannel(kafkaSettings()),
      logger: createTestLogger().logger,
    })
    onTestFinished(() => kafkaRelay.close())
    const writeOne = async (n: number) => {
      await writeNotes(store, note, [{ noteId: 'a', n }])
      kafkaRelay.wake()
      await waitFor(() => records.length > n)
    }
    /** Counts the index blocks that are read until `deleted` rows are gone. */
    const readBlocks = (deleted: number) =>
      waitFor(async () => {
        const { rows } = await store.pool.query(
          `SELECT (idx_blks_hit + idx_blks_read)::int AS blocks
           FROM pg_statio_user_tables JOIN pg_stat_user_tables AS counted USING (relid)
           WHERE counted.relname = 'outbox' AND n_tup_del >= $1`,
          [deleted],
        )
        return rows[0].blocks as number
      })

    await sns.setFault({ kind: 'throttle', times: null })
    const testLog = relaySns(store)
    await waitFor(() => testLog.find('Message refused').length > 0)
    await writeOne(0)
    const before = await readBlocks(1)
    for (let n = 1; n <= 50; n += 1) await writeOne(n)
    // A poll that scanned the rows of the other channel would read thousands.
    expect((await readBlocks(51)) - before).toBeLessThan(20_000)

    await sns.clearFaults()
    await waitFor(() => testLog.find('Message published').length > 1_000)
    expect(numbersOf(records)).toEqual(Array.from({ length: 51 }, (_, n) => n))
  })

  it('repeats a message that was accepted without an answer, with the same attributes', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    await sns.setFault({ kind: 'accept-then-drop', times: 1 })
    await writeMessages(store, sns.topicArn, ['one'])

    relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    const published = await sns.readPublished()
    expect(published.map(({ message, messageAttributes }) => [message, messageAttributes.event_id?.value])).toEqual([
      ['one', 'id-0'],
      ['one', 'id-0'],
    ])
  })

  it('parks a message that SNS calls our own fault, and continues', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    await writeMessages(store, sns.topicArn, ['', 'good'])

    const testLog = relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect((await sns.readPublished()).map(({ message }) => message)).toEqual(['good'])
    expect((await store.pool.query('SELECT reason FROM outbox_parked')).rows).toHaveLength(1)
    expect(testLog.find('Outbox row parked')).toHaveLength(1)
  })

  it('sets a topic aside that is gone, while others flow, and sends its rows when it exists again', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    const gone = sns.topicArn.replace(/notes$/, 'gone')
    // More rows than one select reads, so that they would block all others.
    await fillSnsOutbox(store, gone, 600)
    await writeMessages(store, sns.topicArn, ['good'])

    const testLog = relaySns(store)

    await waitFor(async () => (await sns.readPublished()).length === 1)
    await waitFor(async () => (await countOutbox(store)) === 600)
    expect(testLog.find('Topic set aside')[0]).toMatchObject({ level: 'error', topic: gone })
    await sns.createTopic('gone')
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(await sns.readPublished()).toHaveLength(601)
    expect((await store.pool.query('SELECT FROM outbox_parked')).rowCount).toBe(0)
  })

  it('parks a message above the limit of SNS, and sends the others', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    const tooLarge = 'x'.repeat(300_000)
    await writeMessages(store, sns.topicArn, ['before', tooLarge, 'after'])

    const testLog = relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    const published = await sns.readPublished()
    expect(published.map(({ message }) => message).toSorted()).toEqual(['after', 'before'])
    expect((await store.pool.query('SELECT payload FROM outbox_parked')).rows).toEqual([
      { payload: Buffer.from(tooLarge) },
    ])
    expect(testLog.find('Message refused')).toEqual([])
  })

  it('parks nothing if a topic refuses whatever it is sent', async () => {
    const [store, sns] = await Promise.all([createStore(), startLocalSns()])
    await writeMessages(
      store,
      sns.topicArn,
      Array.from({ length: 15 }, () => ''),
    )

    const testLog = relaySns(store)
    await waitFor(() => testLog.find('Topic set aside').length > 1)
    expect((await store.pool.query('SELECT FROM outbox_parked')).rowCount).toBe(0)

    // An accepted message shows that the others are refused because of their own content.
    await writeMessages(store, sns.topicArn, ['good'])
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect((await store.pool.query('SELECT FROM outbox_parked')).rowCount).toBe(15)
  })

  it('splits rows into requests of one topic, ten entries and 250 KB', () => {
    const row = (topic: string, bytes: number, id: string) => ({
      id,
      topic,
      key: null,
      payload: Buffer.alloc(bytes),
      headers: '',
      log: log(0),
      writtenAt: 0,
    })
    const rows = [
      ...Array.from({ length: 12 }, (_, n) => row('a', 1, `a${n}`)),
      row('b', 200_000, 'b0'),
      row('b', 100_000, 'b1'),
      row('b', 100_000, 'b2'),
    ]

    expect(splitIntoRequests(rows).map((request) => request.map(({ id }) => id).join(' '))).toEqual([
      'a0 a1 a2 a3 a4 a5 a6 a7 a8 a9',
      'a10 a11',
      'b0',
      'b1 b2',
    ])
  })
})
