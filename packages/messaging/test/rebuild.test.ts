import { AppError } from '@coursewire/service-kit'
import { uniqueName, waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { expect, it } from 'vitest'
import { type Handler, onRun } from '../src/consumer/handlers.ts'
import { createKafka } from '../src/kafkajs/client.ts'
import { findRanges, readRanges } from '../src/kafkajs/read-ranges.ts'
import { type RebuildOptions, rebuildTables } from '../src/rebuild/rebuild.ts'
import type { KafkaSource } from '../src/source.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  kafkaSettings,
  type Note,
  openAdmin,
  produce,
  readDeadLetters,
  readEffects,
  type Store,
  settled,
  toMessage,
  whenCommitted,
} from './helpers.ts'

/** Notes on one partition, and a store with their effects and a table of days. */
async function startWorld() {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const name = uniqueName('consumer')
  await asAdmin(store, 'CREATE TABLE daily (day date PRIMARY KEY, n int NOT NULL)')
  await asAdmin(store, 'GRANT ALL ON daily TO PUBLIC')
  const countDays = (before?: (n: number) => void): Handler =>
    onRun(note, async (tx, events) => {
      for (const { id, payload } of events) {
        before?.(payload.n)
        await tx.execute(
          sql`INSERT INTO effects (event_id, note_id, n) VALUES (${id}, ${payload.note_id}, ${payload.n})`,
        )
        await tx.execute(sql`
          INSERT INTO daily VALUES (${payload.text ?? '2026-01-01'}::date, 1)
          ON CONFLICT (day) DO UPDATE SET n = daily.n + 1`)
      }
    })
  const handlers = [countDays()]

  return {
    store,
    note,
    name,
    countDays,
    consume: (own = handlers) => consume(store, note, { name, handlers: own }),
    rebuild: (options: Partial<RebuildOptions> = {}) =>
      rebuildTables({
        kafka: kafkaSettings(),
        databaseUrl: store.adminUrl,
        name,
        serviceVersion: '1',
        handlers,
        keptTables: [],
        history: null,
        mayMiss: false,
        onProgress: () => undefined,
        ...options,
      }),
    send: (from: number, to: number, text?: string) =>
      produce(
        note.topic,
        Array.from({ length: to - from }, (_, at) => toMessage(note, buildNote(note, 'a', from + at, text))),
      ),
    readDays: async () => (await store.pool.query('SELECT day::text, n FROM daily ORDER BY day')).rows,
    readNumbers: async () => (await readEffects(store)).map(({ n }) => n).toSorted((a, b) => a - b),
  }
}

async function asAdmin({ adminUrl }: Store, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  await client.query(statement)
  await client.end()
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at)

it('makes damaged tables anew while the consumer goes on, and counts what comes meanwhile once', async () => {
  const { store, name, note, send, rebuild, readNumbers, readDays, ...world } = await startWorld()
  world.consume()
  await send(0, 400)
  await settled(store, 400)
  await store.pool.query('DELETE FROM effects WHERE n % 2 = 0')
  await store.pool.query('UPDATE daily SET n = 7')

  let sent = 400
  let isOver = false
  const sending = (async () => {
    while (!isOver) {
      await send(sent, sent + 20)
      sent += 20
      const known = async () => (await store.pool.query('SELECT FROM event_dedup')).rowCount ?? 0
      await waitFor(async () => (await known()) >= sent)
    }
  })()
  const { since, rows } = await rebuild().finally(() => {
    isOver = true
  })
  await sending
  await whenCommitted(name, note, sent)

  expect(since).toBeNull()
  expect(rows['effects']).toBeGreaterThan(400)
  expect(await readNumbers()).toEqual(numbers(sent))
  expect(await readDays()).toEqual([{ day: '2026-01-01', n: sent }])
})

it('an event that the consumer gets to after the rebuild has no second effect', async () => {
  const { store, name, note, send, rebuild, readNumbers, ...world } = await startWorld()
  const first = world.consume()
  await send(0, 20)
  await whenCommitted(name, note, 20)
  await first.close()
  await send(20, 30)

  await rebuild()
  expect(await readNumbers()).toEqual(numbers(30))
  world.consume()
  await whenCommitted(name, note, 30)

  expect(await readNumbers()).toEqual(numbers(30))
  expect(await readDeadLetters(store)).toEqual([])
})

it('what Kafka has no more comes from the history, and without one the days before stay as they are', async () => {
  const { store, note, name, send, rebuild, readNumbers, readDays, ...world } = await startWorld()
  world.consume()
  await send(0, 10, '2020-01-01')
  await send(10, 20, '2999-01-01')
  await whenCommitted(name, note, 20)
  const history = await readAll(note)
  const admin = await openAdmin()
  await admin.fetchTopicOffsets(note.topic)
  await admin.deleteTopicRecords({ topic: note.topic, partitions: [{ partition: 0, offset: '5' }] })
  await store.pool.query('UPDATE daily SET n = 7')
  const before = await readEffects(store)

  const { since } = await rebuild()

  expect(since).toMatch(/^\d{4}-\d\d-\d\d$/)
  expect(await readDays()).toEqual([
    { day: '2020-01-01', n: 7 },
    { day: '2999-01-01', n: 10 },
  ])
  // A table without days begins with what it has.
  expect(await readEffects(store)).toEqual(expect.arrayContaining(before))

  await expect(rebuild({ history: pass(history.slice(0, 4)) })).rejects.toThrow('The 1 records of')
  await rebuild({ history: pass(history.slice(0, 5)) })

  expect(await readDays()).toEqual([
    { day: '2020-01-01', n: 10 },
    { day: '2999-01-01', n: 10 },
  ])
  expect(await readNumbers()).toEqual(numbers(20))
})

it('a table that is kept begins with what it has', async () => {
  const { store, note, name, send, rebuild, readNumbers, ...world } = await startWorld()
  world.consume()
  await send(0, 3)
  await whenCommitted(name, note, 3)
  await store.pool.query(`INSERT INTO effects (event_id, note_id, n) VALUES ('of nobody', 'b', 3)`)
  await store.pool.query(`DELETE FROM effects WHERE note_id = 'a'`)

  await rebuild({ keptTables: ['effects'] })

  expect(await readNumbers()).toEqual(numbers(4))
})

it('is refused while another one runs, and changes nothing if it dies at the very end', async () => {
  const { store, note, name, send, rebuild, readDays, ...world } = await startWorld()
  world.consume()
  await send(0, 10)
  await whenCommitted(name, note, 10)
  await store.pool.query('UPDATE daily SET n = 7')
  const holder = await store.pool.connect()
  await holder.query('BEGIN; LOCK TABLE event_dedup IN SHARE MODE')

  let isReplacing = () => {}
  const replacing = new Promise<void>((resolve) => {
    isReplacing = resolve
  })
  const dying = rebuild({ onProgress: (line) => line.startsWith('Replacing') && isReplacing() })
  const died = dying.catch((error: unknown) => error)
  await replacing
  await expect(rebuild()).rejects.toThrow('Another rebuild is running')
  await asAdmin(store, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rebuild'`)
  expect(await died).toBeInstanceOf(Error)
  await holder.query('COMMIT')
  holder.release()

  expect(await readDays()).toEqual([{ day: '2026-01-01', n: 7 }])
  await rebuild()
  expect(await readDays()).toEqual([{ day: '2026-01-01', n: 10 }])
})

it('a dead letter that can be handled now has its effect, and not again when it is replayed', async () => {
  const { store, note, name, send, rebuild, readNumbers, countDays, ...world } = await startWorld()
  const failing = world.consume([
    countDays((n) => {
      if (n === 1) throw new AppError('invalid', 'note.odd', 'is odd')
    }),
  ])
  await send(0, 3)
  await whenCommitted(name, note, 3)
  expect(await readNumbers()).toEqual([0, 2])
  await failing.close()

  await rebuild()

  expect(await readNumbers()).toEqual([0, 1, 2])
  expect(await readDeadLetters(store)).toHaveLength(1)
  world.consume()
  const [poison] = (await readAll(note)).filter(({ offset }) => offset === 1)
  await produce(note.topic, [{ key: 'a', value: poison?.value ?? null, headers: { 'x-redrive-id': 'x.dlq/0/0' } }])
  await whenCommitted(name, note, 4)
  expect(await readNumbers()).toEqual([0, 1, 2])
})

it('handlers that refuse what had its effect take nothing away, and dead letters are not made twice', async () => {
  const { store, note, name, send, rebuild, readNumbers, countDays, ...world } = await startWorld()
  world.consume()
  await send(0, 3)
  await whenCommitted(name, note, 3)
  const refusing = countDays((n) => {
    if (n === 1) throw new AppError('invalid', 'note.odd', 'is odd')
  })

  await expect(rebuild({ handlers: [refusing] })).rejects.toThrow('1 events that had their effect')

  expect(await readNumbers()).toEqual([0, 1, 2])
  expect(await readDeadLetters(store)).toEqual([])
})

it('handlers cannot write anywhere but into the new tables', async () => {
  const { store, note, name, send, rebuild, readNumbers, ...world } = await startWorld()
  world.consume()
  await send(0, 1)
  await whenCommitted(name, note, 1)
  const straying = onRun(note, async (tx) => {
    await tx.execute(sql`DELETE FROM public.effects`)
  })

  await expect(rebuild({ handlers: [straying] })).rejects.toMatchObject({ cause: { code: '25006' } })

  expect(await readNumbers()).toEqual([0])
})

/** Every record that a topic has now. */
async function readAll({ topic }: Note): Promise<KafkaSource[]> {
  const admin = await openAdmin()
  const found: KafkaSource[] = []
  await readRanges(
    { kafka: createKafka(kafkaSettings()), admin, name: 'test' },
    await findRanges(admin, [topic]),
    (records) => {
      found.push(...records)
    },
  )
  return found
}

const pass = (records: KafkaSource[]) =>
  async function* () {
    yield records
  }
