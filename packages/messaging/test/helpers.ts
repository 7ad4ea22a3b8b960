import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { toKafkaRecord } from '@coursewire/events'
import { createDatabase, createLogger, createPool, type Database, type Logger, now } from '@coursewire/service-kit'
import { createTestDatabase, uniqueName, waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { type Admin, type Message, Partitioners, type Producer } from 'kafkajs'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { type Consumer, type ConsumerOptions, startConsumer } from '../src/consumer/consumer.ts'
import { type Handler, onRun } from '../src/consumer/handlers.ts'
import { assertAcknowledged } from '../src/kafkajs/acknowledgements.ts'
import { createKafka, createTopics, type KafkaSettings } from '../src/kafkajs/client.ts'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import { watchTopic } from '../src/kafkajs/topic-tools.ts'
import { appendToOutbox, decodeHeaders, toKafkaRow } from '../src/outbox/outbox.ts'
import type { Channel } from '../src/relay/channel.ts'
import { startRelay } from '../src/relay/relay.ts'
import type { KafkaSource } from '../src/source.ts'
import { defineNote, insertNotes, type Note } from './note.ts'

export type { Note }

export interface TestLogger {
  logger: Logger
  lines: Record<string, unknown>[]
  find(message: string): Record<string, unknown>[]
}

/** Creates a logger whose lines a test can read. */
export function createTestLogger(): TestLogger {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    },
  })
  return {
    logger: createLogger({ service: 'test', level: 'debug', destination }),
    lines,
    find: (message: string) => lines.filter((line) => line.msg === message),
  }
}

export function kafkaSettings(brokers = inject('kafka').brokers): KafkaSettings {
  return { clientId: 'test', brokers, logger: createTestLogger().logger }
}

export async function createNoteTopic(
  options: { partitions?: number; replicas?: number; brokers?: string[]; maxBytes?: number } = {},
): Promise<Note> {
  const topic = uniqueName('note.events')
  await createTopics(createKafka(kafkaSettings(options.brokers)), [
    {
      topic,
      numPartitions: options.partitions ?? 3,
      replicationFactor: options.replicas ?? 1,
      configEntries: [
        { name: 'message.timestamp.type', value: 'LogAppendTime' },
        ...(options.maxBytes ? [{ name: 'max.message.bytes', value: String(options.maxBytes) }] : []),
      ],
    },
  ])
  return defineNote(topic)
}

export const buildNote = (note: Note, noteId: string, n: number, text?: string) =>
  note.build(
    { note_id: noteId, n, ...(text !== undefined && { text }) },
    { tenantId: 'tenant', correlationId: 'correlation', causationId: null },
    { id: randomUUID(), at: now() },
  )

/** Builds an event as its producer would send it to Kafka. */
export function toMessage(note: Note, event: ReturnType<typeof buildNote>): Message {
  const record = toKafkaRecord(note, event)
  return { key: record.key, value: Buffer.from(record.value), headers: Object.fromEntries(record.headers) }
}

/** Sends records as an external producer would. Throws if a partition that a record names is not known yet. */
export async function produce(topic: string, messages: Message[], brokers?: string[]): Promise<void> {
  const producer = createKafka(kafkaSettings(brokers)).producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  // kafkajs makes one record batch per partition of a send, and that must not grow too large.
  for (let from = 0; from < messages.length; from += 500) {
    const batch = messages.slice(from, from + 500)
    const answers = await producer.send({ topic, messages: batch })
    assertAcknowledged(
      answers,
      batch.flatMap(({ partition }) => partition ?? []),
    )
  }
  await producer.disconnect()
}

/** Opens an admin client until the end of the test. */
export async function openAdmin(brokers?: string[]): Promise<Admin> {
  const admin = createKafka(kafkaSettings(brokers)).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  return admin
}

/** Opens a producer for transactions until the end of the test. */
export async function openTransactionalProducer(): Promise<Producer> {
  const producer = createKafka(kafkaSettings()).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: uniqueName('transaction'),
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return producer
}

/** Collects every record of a topic, existing and new ones. */
export async function readTopic(topic: string, brokers?: string[]): Promise<KafkaSource[]> {
  const records: KafkaSource[] = []
  const watcher = await watchTopic(createKafka(kafkaSettings(brokers)), topic, (record) => records.push(record))
  onTestFinished(() => watcher.close())
  return records
}

export interface Store {
  databaseUrl: string
  adminUrl: string
  db: Database
  pool: pg.Pool
}

/** Creates a database with the messaging tables and a table of effects, in which a repeated effect is a second row. */
export async function createStore(): Promise<Store> {
  const database = await createTestDatabase()
  return openStore(database, () => database.drop())
}

export async function openStore(
  urls: { databaseUrl: string; migrateDatabaseUrl: string; adminUrl: string },
  drop?: () => Promise<void>,
): Promise<Store> {
  const owner = new pg.Client({ connectionString: urls.migrateDatabaseUrl })
  await owner.connect()
  await owner.query(
    'CREATE TABLE effects (position bigint GENERATED ALWAYS AS IDENTITY, event_id text, note_id text, n int)',
  )
  await owner.end()
  const pool = createPool({ url: urls.databaseUrl, max: 20, name: 'test', logger: createTestLogger().logger })
  onTestFinished(async () => {
    await pool.end()
    await drop?.()
  })
  return { databaseUrl: urls.databaseUrl, adminUrl: urls.adminUrl, pool, db: createDatabase(pool) }
}

export async function writeNotes(
  store: Store,
  note: Note,
  notes: { noteId: string; n: number; text?: string }[],
): Promise<void> {
  await store.db.transaction((tx) =>
    appendToOutbox(
      tx,
      notes.map(({ noteId, n, text }) => toKafkaRow(note, buildNote(note, noteId, n, text))),
    ),
  )
}

export const countOutbox = async ({ pool }: Store): Promise<number> =>
  Number((await pool.query('SELECT count(*) FROM outbox')).rows[0].count)

export interface Effect {
  event_id: string
  note_id: string
  n: number
}

export const readEffects = async ({ pool }: Store): Promise<Effect[]> =>
  (await pool.query<Effect>('SELECT event_id, note_id, n FROM effects ORDER BY position')).rows

/** Reads the dead letters that wait in the outbox. */
export async function readDeadLetters({ pool }: Store) {
  const { rows } = await pool.query<{ topic: string; key: Buffer | null; payload: Buffer | null; headers: Buffer }>(
    `SELECT topic, key, payload, headers FROM outbox WHERE topic LIKE '%.dlq' ORDER BY id`,
  )
  return rows.map(({ headers, ...row }) => ({
    ...row,
    headers: decodeHeaders(headers).map(
      ([name, value]) => [name, typeof value === 'string' ? Buffer.from(value) : value] as const,
    ),
  }))
}

/** Creates a handler that records each note. */
export function recordNotes(note: Note, before?: (n: number) => Promise<void> | void): Handler {
  return onRun(note, async (tx, events) => {
    for (const event of events) {
      await before?.(event.payload.n)
      await tx.execute(
        sql`INSERT INTO effects (event_id, note_id, n) VALUES (${event.id}, ${event.payload.note_id}, ${event.payload.n})`,
      )
    }
  })
}

/** Creates a handler that records consecutive notes with one statement. */
export function recordNotesTogether(note: Note): Handler {
  return onRun(note, insertNotes)
}

/** Relays the rows of a store until the end of the test. */
export function relayToKafka(
  { databaseUrl }: Store,
  options: Pick<Parameters<typeof startRelay>[0], 'logLines'> & {
    brokers?: string[]
    override?: (channel: Channel) => Partial<Channel>
  } = {},
) {
  const { brokers, logLines, override } = options
  const log = createTestLogger()
  const channel = createKafkaChannel({ ...kafkaSettings(brokers), logger: log.logger })
  const relay = startRelay({
    databaseUrl,
    channel: { ...channel, ...override?.(channel) },
    logger: log.logger,
    logLines,
  })
  onTestFinished(() => relay.close())
  return { ...relay, log }
}

export interface TestConsumer extends Consumer {
  name: string
  log: TestLogger
}

export function consume(
  store: Store,
  note: Note,
  options: Partial<ConsumerOptions> & { brokers?: string[] } = {},
): TestConsumer {
  const log = createTestLogger()
  const name = options.name ?? uniqueName('consumer')
  const consumer = startConsumer({
    kafka: kafkaSettings(options.brokers),
    name,
    serviceVersion: '1',
    db: store.db,
    handlers: [recordNotes(note)],
    logger: log.logger,
    onCommitted: () => undefined,
    onFatal: (error) => {
      throw error
    },
    ...options,
  })
  onTestFinished(() => consumer.close())
  return { ...consumer, name, log }
}

/** Sums the committed offsets of a group over the partitions of a topic. A partition without a commit counts as 0. */
export async function readCommitted(group: string, topic: string, brokers?: string[]): Promise<number> {
  const admin = createKafka(kafkaSettings(brokers)).admin()
  await admin.connect()
  const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  await admin.disconnect()
  return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
}

/** Resolves when a group has committed the offset `count`, as a sum over the partitions. */
export const whenCommitted = (
  group: string,
  { topic }: Pick<Note, 'topic'>,
  count: number,
  { brokers, ...waiting }: { brokers?: string[]; timeoutMs?: number } = {},
) =>
  waitFor(async () => (await readCommitted(group, topic, brokers)) === count, {
    message: `${count} committed`,
    ...waiting,
  })

export const settled = (store: Store, count: number) =>
  waitFor(async () => (await readEffects(store)).length >= count, { message: `${count} effects` })
