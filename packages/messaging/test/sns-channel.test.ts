import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { startAwsLocal } from '@coursewire/aws-local'
import { waitFor } from '@coursewire/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createKafkaChannel } from '../src/kafka-channel.ts'
import { appendToOutbox, toSnsRow } from '../src/outbox.ts'
import { startRelay } from '../src/relay.ts'
import { createSnsChannel, splitIntoRequests } from '../src/sns-channel.ts'
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

const log = (n: number) => ({ published: 'Message published', failed: 'Message refused', fields: { n } })

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

describe('the SNS channel', () => {
  let url: string
  let topicArn: string

  beforeEach(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sns-'))
    const aws = await startAwsLocal({ port: 0, dataDir })
    onTestFinished(async () => {
      await aws.close()
      await rm(dataDir, { recursive: true })
    })
    url = aws.url
    vi.stubEnv('AWS_ENDPOINT_URL_SNS', url)
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    onTestFinished(() => void vi.unstubAllEnvs())
    const client = new SNSClient()
    topicArn = (await client.send(new CreateTopicCommand({ Name: 'notes' }))).TopicArn ?? ''
    client.destroy()
  })

  const readPublished = async () =>
    (await (await fetch(`${url}/_published`)).json()) as {
      subject: string
      message: string
      messageAttributes: Record<string, { value: string }>
    }[]
  const setFault = (fault: object) =>
    fetch(`${url}/_faults`, {
      method: 'PUT',
      body: JSON.stringify(fault),
      headers: { 'content-type': 'application/json' },
    })

  function relaySns(store: Store) {
    const testLog = createTestLogger()
    const relay = startRelay({ databaseUrl: store.databaseUrl, channel: createSnsChannel(), logger: testLog.logger })
    onTestFinished(() => relay.close())
    return testLog
  }

  it('publishes each message with its subject and attributes, and deletes the row', async () => {
    const store = await createStore()
    await writeMessages(
      store,
      topicArn,
      Array.from({ length: 95 }, (_, n) => `message ${n}`),
    )

    const testLog = relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    const published = await readPublished()
    expect(published.map(({ message }) => message).toSorted()).toEqual(
      Array.from({ length: 95 }, (_, n) => `message ${n}`).toSorted(),
    )
    expect(published[0]).toMatchObject({
      subject: 'Note',
      messageAttributes: { event_id: { value: expect.stringMatching(/^id-/) } },
    })
    expect(testLog.find('Message published')).toHaveLength(95)
  })

  it('is refused for a while; Kafka flows meanwhile, and SNS gets everything later', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await setFault({ service: 'sns', kind: 'throttle', times: null })
    const records = await readTopic(note.topic)
    const testLog = relaySns(store)
    const kafkaRelay = startRelay({
      databaseUrl: store.databaseUrl,
      channel: createKafkaChannel({ ...kafkaSettings(), logger: testLog.logger }),
      logger: testLog.logger,
    })
    onTestFinished(() => kafkaRelay.close())

    await writeMessages(store, topicArn, ['one', 'two'])
    await waitFor(() => testLog.find('Message refused').length === 2)
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    await waitFor(() => records.length === 1)
    expect(await countOutbox(store)).toBe(2)

    await fetch(`${url}/_faults`, { method: 'DELETE' })
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect((await readPublished()).map(({ message }) => message).toSorted()).toEqual(['one', 'two'])
    // Logged once a row, however often it was refused.
    expect(testLog.find('Message refused')).toHaveLength(2)
  })

  it('publishes again what was accepted without an answer, with the same attributes', async () => {
    const store = await createStore()
    await setFault({ service: 'sns', kind: 'accept-then-drop', times: 1 })
    await writeMessages(store, topicArn, ['one'])

    relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    const published = await readPublished()
    expect(published.map(({ message, messageAttributes }) => [message, messageAttributes.event_id?.value])).toEqual([
      ['one', 'id-0'],
      ['one', 'id-0'],
    ])
  })

  it('parks a message SNS calls our own fault, and goes on', async () => {
    const store = await createStore()
    await writeMessages(store, topicArn, ['', 'good'])

    const testLog = relaySns(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect((await readPublished()).map(({ message }) => message)).toEqual(['good'])
    expect((await store.pool.query('SELECT reason FROM outbox_parked')).rows).toHaveLength(1)
    expect(testLog.find('Outbox row parked')).toHaveLength(1)
  })

  it('splits rows into requests of one topic, ten entries and 250 KB', () => {
    const row = (topic: string, bytes: number, id: string) => ({
      id,
      topic,
      key: null,
      payload: Buffer.alloc(bytes),
      headers: Buffer.alloc(0),
      log: log(0),
      createdAt: new Date(0),
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
