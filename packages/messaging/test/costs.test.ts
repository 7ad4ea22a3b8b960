/** Measures costs that do not depend on the machine: statements, requests and bytes. A figure that changes here changes everywhere. */
import { Socket } from 'node:net'
import { ownPostgres, waitFor } from '@coursewire/servers'
import { migrate } from '@coursewire/service-kit'
import { uniqueName } from '@coursewire/testing'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { followTopic } from '../src/consumer/follow-topic.ts'
import { messagingMigrations } from '../src/migrations.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  openStore,
  produce,
  recordNotesTogether,
  relayToKafka,
  type Store,
  settled,
  toMessage,
  writeNotes,
} from './helpers.ts'

interface Statement {
  text: string
  values: unknown[]
}

/** Records the statements that this process sends to Postgres from now on: by default all but the tests' own, which begin with SELECT. */
function watchStatements(isWatched = (text: string) => !text.startsWith('SELECT')): Statement[] {
  const statements: Statement[] = []
  // oxlint-disable-next-line typescript/unbound-method -- called on the client that was
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first, second] = args as [string | Statement, unknown]
    const { text, values } = typeof first === 'string' ? { text: first, values: second } : first
    if (isWatched(text.trimStart())) statements.push({ text: text.trim(), values: [values ?? []].flat() })
    return Reflect.apply(query, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return statements
}

/** Records all requests that this process sends to Kafka from now on. */
function watchRequests(): Buffer[] {
  const { brokers } = inject('kafka')
  const ports = new Set(brokers.map((broker) => Number(broker.split(':')[1])))
  const requests: Buffer[] = []
  // oxlint-disable-next-line typescript/unbound-method -- called on the socket that was
  const write = Socket.prototype.write as (...args: unknown[]) => boolean
  const spy = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args: unknown[]) {
    const [bytes] = args
    if (Buffer.isBuffer(bytes) && ports.has(this.remotePort ?? 0)) requests.push(bytes)
    return Reflect.apply(write, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return requests
}

const PRODUCE = 0
const FETCH = 1
const apiKeyOf = (request: Buffer) => request.readInt16BE(4)
/** How long the broker may wait for records. The client's id and the replica's come before it. */
const waitOf = (fetch: Buffer) => fetch.readInt32BE(14 + fetch.readInt16BE(12) + 4)
/** So many bytes end the wait. */
const leastBytesOf = (fetch: Buffer) => fetch.readInt32BE(14 + fetch.readInt16BE(12) + 8)
const waitsOf = (requests: Buffer[]) => requests.filter((request) => apiKeyOf(request) === FETCH).map(waitOf)

const notes = (count: number) => Array.from({ length: count }, (_, n) => ({ noteId: `key-${n % 50}`, n }))

describe('the cost of relaying', () => {
  it('is one request to Kafka and one statement for each batch of 500, and one statement at the end', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await writeNotes(store, note, notes(2_000))
    const statements = watchStatements()
    const requests = watchRequests()

    relayToKafka(store)
    await waitFor(async () => (await countOutbox(store)) === 0)

    expect(requests.filter((request) => apiKeyOf(request) === PRODUCE)).toHaveLength(4)
    const [sent, settled] = [1, 5]
    const reading = statements.filter(({ text }) => text.startsWith('WITH sent'))
    const working = reading.filter(({ values }) => values[sent] !== '{}' || values[settled] !== '{}')
    expect(working).toHaveLength(5)
  })

  it('is nothing for each commit of an instance that does not lead', async () => {
    const store = await createStore()
    const asks = watchStatements((text) => text.includes('pg_try_advisory_lock'))
    const askedTimes = async (count: number) => {
      while (asks.length < count) await store.pool.query('SELECT 1')
    }
    relayToKafka(store)
    await askedTimes(1)
    // Its next look at whether the leader is gone does not come during the test.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const follower = relayToKafka(store)
    await askedTimes(2)

    for (let commits = 0; commits < 50; commits += 1) {
      follower.wake()
      await store.pool.query('SELECT 1')
    }

    expect(asks).toHaveLength(2)
  })

  it('is bounded in bytes of WAL for writing and for deleting an event', async () => {
    const server = await ownPostgres()
    onTestFinished(() => server.stop())
    await migrate(server.url, [messagingMigrations])
    const store = await openStore({ databaseUrl: server.url, migrateDatabaseUrl: server.url, adminUrl: server.url })
    const note = await createNoteTopic()
    const before = await readWal(store)
    await writeNotes(store, note, notes(1_000))
    const written = await readWal(store)

    relayToKafka(store)
    await waitFor(async () => (await countOutbox(store)) === 0)

    const deleted = (await readWal(store)) - written
    expect(Math.round((written - before) / 1_000)).toBe(897)
    expect(Math.round(deleted / 1_000)).toBe(64)
  })
})

const readWal = async ({ pool }: Store): Promise<number> =>
  Number((await pool.query(`SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes`)).rows[0].bytes)

describe('the cost of consuming', () => {
  it('is four statements per batch, however many records it has', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    // There is one key, so one lane, and fewer records than a batch may have.
    await produce(
      note.topic,
      notes(150).map(({ n }) => toMessage(note, buildNote(note, 'key', n))),
    )
    const statements = watchStatements()

    consume(store, note, { handlers: [recordNotesTogether(note)] })
    await settled(store, 150)

    // Positions are written at intervals, not per batch.
    const ofBatch = statements.filter(({ text }) => !text.includes('consumer_positions'))
    const beginnings = ofBatch.map(({ text }) => text.split(/\s+/, 2).join(' '))
    expect(beginnings).toEqual(['begin isolation', 'WITH inserted', 'INSERT INTO', 'commit'])
  })

  it('is a fetch each second once nothing has come for a while, and five a second otherwise', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const requests = watchRequests()
    consume(store, note)
    await waitFor(() => waitsOf(requests).at(-1) === 1_000)

    await produce(note.topic, [toMessage(note, buildNote(note, 'key', 1))])

    await settled(store, 1)
    await waitFor(() => waitsOf(requests).lastIndexOf(200) > waitsOf(requests).indexOf(1_000))
    expect(waitsOf(requests)[0]).toBe(200)
  })

  it('is a fetch each second for a consumer that gathers, unless much comes', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const requests = watchRequests()
    consume(store, note, { gathers: true })

    for (let n = 1; n <= 20; n += 1) await produce(note.topic, [toMessage(note, buildNote(note, 'key', n))])

    await settled(store, 20)
    const fetches = requests.filter((request) => apiKeyOf(request) === FETCH)
    expect(new Set(fetches.map(waitOf))).toEqual(new Set([1_000]))
    expect(new Set(fetches.map(leastBytesOf))).toEqual(new Set([64 * 1024]))
  })

  it('stays five fetches a second for a follower, which must soon notice that nothing can come', async () => {
    const note = await createNoteTopic({ partitions: 1 })
    const requests = watchRequests()
    const follower = followTopic({
      kafka: kafkaSettings(),
      name: uniqueName('cache'),
      topic: note.topic,
      logger: createTestLogger().logger,
      onEvent: () => undefined,
      onMissed: () => undefined,
      onFatal: (error) => {
        throw error
      },
    })
    onTestFinished(() => follower.close())

    // For three seconds.
    await waitFor(() => waitsOf(requests).length > 15)

    expect(new Set(waitsOf(requests))).toEqual(new Set([200]))
  })
})
