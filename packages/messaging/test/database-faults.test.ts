import { ownPostgres, waitFor } from '@coursewire/servers'
import { createDatabase, createPool, migrate, type Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import type pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Handler } from '../src/consumer/handlers.ts'
import { messagingMigrations } from '../src/migrations.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  type Note,
  openStore,
  produce,
  readDeadLetters,
  readEffects,
  readTopic,
  recordNotes,
  relayToKafka,
  settled,
  toMessage,
  whenCommitted,
  writeNotes,
} from './helpers.ts'
import { connectAdmin, groupByKey, readWire, startWriting } from './load.ts'

const manyMessages = (note: Note, count: number, keys = 10) =>
  Array.from({ length: count }, (_, n) => toMessage(note, buildNote(note, `key-${n % keys}`, n)))

/** Creates pseudo-random numbers that are the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('when the database is killed while events are relayed', () => {
  it('every committed event is on Kafka, in order per key, and repeats have the same bytes', async () => {
    const server = await ownPostgres()
    onTestFinished(() => server.stop())
    await migrate(server.url, [messagingMigrations])
    const store = await openStore({ databaseUrl: server.url, migrateDatabaseUrl: server.url, adminUrl: server.url })
    const note = await createNoteTopic()
    const records = await readTopic(note.topic)
    const running = relayToKafka(store)
    const writing = await startWriting(store, note, () => running.wake())

    for (let kill = 1; kill <= 3; kill += 1) {
      const { acknowledged } = writing
      const { length } = records
      await waitFor(() => writing.acknowledged > acknowledged + 200 && records.length > length + 200)
      await server.kill()
      await server.restart()
    }
    const written = await writing.stop()

    await waitFor(async () => (await countOutbox(store)) === 0)
    await waitFor(() => readWire(records).total >= written.total)
    expect(readWire(records)).toEqual({ ...written, differing: [] })
    expect(running.isAlive()).toBe(true)
  })
})

describe('when connections are terminated at random while events are relayed and consumed', () => {
  it('no event is lost, applied twice or dead-lettered, and no connection is leaked', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const admin = await connectAdmin(store)
    const records = await readTopic(note.topic)
    const running = relayToKafka(store)
    const consumer = consume(store, note)
    const writing = await startWriting(store, note, () => running.wake())
    const random = createRandom(20_260_101)
    const countEffects = async () => (await admin.query('SELECT count(*)::int AS n FROM effects')).rows[0].n as number

    for (let round = 1; round <= 12; round += 1) {
      const before = await countEffects()
      await waitFor(async () => (await countEffects()) > before + 50)
      const { rows } = await admin.query<{ pid: number; name: string }>(
        `SELECT pid, application_name AS name FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid`,
      )
      // Cuts the relay less often than the others, because it would spend the time backing off.
      const victims = rows.filter(({ name }) => (name === 'relay-kafka' ? round % 4 === 0 : random(2) === 0))
      const pids = victims.map(({ pid }) => pid)
      await admin.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
    }
    const written = await writing.stop()

    await settled(store, written.total)
    await whenCommitted(consumer.name, note, records.length)
    expect(groupByKey(await readEffects(store))).toEqual(written.byKey)
    expect(readWire(records)).toEqual({ ...written, differing: [] })
    expect(await readDeadLetters(store)).toEqual([])
    const clients = await Promise.all(Array.from({ length: store.pool.options.max }, () => store.pool.connect()))
    for (const client of clients) client.release()
    // A query may be running at this moment.
    await waitFor(() => store.pool.idleCount === store.pool.totalCount)
    expect([store.pool.totalCount, store.pool.waitingCount]).toEqual([20, 0])
  })
})

describe('when the database takes no writes, as after a failover', () => {
  it('consuming and relaying wait, and continue when it does again, whatever old connections are left', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 3 })])
    const admin = await connectAdmin(store)
    const database = new URL(store.databaseUrl).pathname.slice(1)
    const setReadOnly = (isReadOnly: boolean) =>
      admin.query(`ALTER DATABASE ${database} SET default_transaction_read_only = ${isReadOnly}`)
    const records = await readTopic(note.topic)
    relayToKafka(store)
    const consumer = consume(store, note)
    await produce(note.topic, manyMessages(note, 20))
    await settled(store, 20)
    await writeNotes(store, note, [{ noteId: 'relayed', n: 1 }])
    await settled(store, 21)

    await setReadOnly(true)
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    await produce(note.topic, manyMessages(note, 30))
    await waitFor(() => consumer.log.find('Dependency still down').length > 2)
    // Keeps every connection of the pool in use, so that none ends by itself.
    await waitFor(async () => {
      const clients = await Promise.all(Array.from({ length: 20 }, () => store.pool.connect()))
      for (const client of clients) client.release()
      return store.pool.idleCount > 15
    })
    await setReadOnly(false)

    await settled(store, 51)
    await whenCommitted(consumer.name, note, records.length)
    expect(await readDeadLetters(store)).toEqual([])
    await writeNotes(store, note, [{ noteId: 'relayed', n: 2 }])
    await settled(store, 52)
    // A connection that the relay holds while the old ones are cleared out is found to be old at its next use. That pauses once more.
    const pauses = consumer.log.find('Consuming paused, a dependency is down')
    expect(pauses.length).toBeGreaterThan(0)
    expect(pauses.length).toBeLessThan(4)
  })
})

describe('a batch that conflicts with another transaction', () => {
  /** Starts a consumer of one key whose handler updates two rows in turn, and opens another connection. */
  async function setUp(prelude = sql`SELECT 1`) {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const other = await connectAdmin(store)
    await other.query(`CREATE TABLE shelves (id text, place int NOT NULL) PARTITION BY LIST (place);
      CREATE TABLE shelves_1 PARTITION OF shelves FOR VALUES IN (1);
      CREATE TABLE shelves_2 PARTITION OF shelves FOR VALUES IN (2);
      INSERT INTO shelves VALUES ('a', 1), ('b', 1);
      GRANT ALL ON shelves TO PUBLIC`)
    const codes = new Set<string | undefined>()
    let attempts = 0
    const updateShelves = async (tx: Transaction) => {
      await tx.execute(prelude)
      for (const id of ['a', 'b']) await tx.execute(sql`UPDATE shelves SET place = place WHERE id = ${id}`)
    }
    const handler = recordNotes(note)
    const updating: Handler = {
      ...handler,
      async handle(tx, events) {
        attempts += 1
        await updateShelves(tx).catch((error: Error) => {
          codes.add((error.cause as pg.DatabaseError).code)
          throw error
        })
        await handler.handle(tx, events)
      },
    }
    const begin = async () => {
      const consumer = consume(store, note, { handlers: [updating] })
      await produce(note.topic, manyMessages(note, 30, 1))
      return consumer
    }
    const isBatchWaiting = async () => {
      // Uses another connection, because a transaction keeps seeing the activity that it saw first.
      const { rows } = await store.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rows.length > 0
    }
    const expectDone = async (consumer: Awaited<ReturnType<typeof begin>>) => {
      await whenCommitted(consumer.name, note, 30)
      expect((await readEffects(store)).map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, n) => n))
      expect(await readDeadLetters(store)).toEqual([])
      expect(consumer.log.find('Consuming paused, a dependency is down')).toEqual([])
    }
    return { other, begin, isBatchWaiting, expectDone, codes, attempts: () => attempts }
  }

  it('in a deadlock is tried again at once, without a dead letter or a delay for others', async () => {
    const { other, begin, isBatchWaiting, expectDone, codes } = await setUp()
    // Postgres aborts the transaction that checks for deadlocks first; this must not be the test's own.
    await other.query(`SET deadlock_timeout = '1min'; BEGIN; UPDATE shelves SET place = place WHERE id = 'b'`)

    const consumer = await begin()
    await waitFor(isBatchWaiting)
    await other.query(`UPDATE shelves SET place = place WHERE id = 'a'`)
    await other.query('COMMIT')

    await expectDone(consumer)
    expect(codes).toEqual(new Set(['40P01']))
  })

  it("that moves the row it waits for is tried again at once, because a serialization failure is nobody's fault", async () => {
    const { other, begin, isBatchWaiting, expectDone, codes } = await setUp()
    await other.query(`BEGIN; UPDATE shelves SET place = 2 WHERE id = 'a'`)

    const consumer = await begin()
    await waitFor(isBatchWaiting)
    await other.query('COMMIT')

    await expectDone(consumer)
    expect(codes).toEqual(new Set(['40001']))
  })

  it('that keeps it waiting is tried again until the other transaction ends', async () => {
    const { other, begin, expectDone, codes, attempts } = await setUp(sql`SET LOCAL lock_timeout = '100ms'`)
    await other.query(`BEGIN; UPDATE shelves SET place = place WHERE id = 'a'`)

    const consumer = await begin()
    await waitFor(() => attempts() > 10)
    await other.query('COMMIT')

    await expectDone(consumer)
    expect(codes).toEqual(new Set(['55P03']))
  })
})

describe('when somebody else has all connections', () => {
  it('of the pool, consuming waits as in an outage, and continues when they are returned', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const pool = createPool({ url: store.databaseUrl, max: 2, name: 'small', logger: createTestLogger().logger })
    onTestFinished(() => pool.end())
    const taken = await Promise.all([pool.connect(), pool.connect()])

    const consumer = consume(store, note, { db: createDatabase(pool) })
    await produce(note.topic, manyMessages(note, 300))
    await waitFor(() => consumer.log.find('Consuming paused, a dependency is down').length > 0)
    for (const client of taken) client.release()

    await whenCommitted(consumer.name, note, 300)
    expect(await readEffects(store)).toHaveLength(300)
    expect(await readDeadLetters(store)).toEqual([])
    expect(consumer.log.find('Consuming paused, a dependency is down')).toHaveLength(1)
  })

  it('of the server, relay and consumer wait, and continue when there is room again', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const admin = await connectAdmin(store)
    const running = relayToKafka(store)
    const consumer = consume(store, note)
    const writing = await startWriting(store, note, () => running.wake())
    await settled(store, 50)
    const { rows } = await admin.query('SELECT current_database() AS name')
    const limitTo = (limit: number) => admin.query(`ALTER DATABASE ${rows[0].name} CONNECTION LIMIT ${limit}`)

    await limitTo(0)
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> ''`)
    await waitFor(() => consumer.log.find('Consuming paused, a dependency is down').length > 0)
    await limitTo(-1)
    const written = await writing.stop()

    await settled(store, written.total)
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(groupByKey(await readEffects(store))).toEqual(written.byKey)
    expect(await readDeadLetters(store)).toEqual([])
  })
})
