import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ownKafka, startPoolingProxy, uniqueName, waitFor } from '@coursewire/servers'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { createKafka, createTopics } from '../src/kafkajs/client.ts'
import { createKafkaChannel } from '../src/kafkajs/kafka-channel.ts'
import * as metrics from '../src/metrics.ts'
import { appendToOutbox, toKafkaRow } from '../src/outbox/outbox.ts'
import type { Channel, StoredRow } from '../src/relay/channel.ts'
import { createOutboxReader } from '../src/relay/outbox-reader.ts'
import { startRelay } from '../src/relay/relay.ts'
import {
  buildNote,
  consume,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  type Note,
  readEffects,
  readTopic,
  relayToKafka,
  type Store,
  settled,
  writeNotes,
} from './helpers.ts'

const numbersByKey = (records: { key: Buffer | null; value: Buffer | null }[]) => {
  const byKey = new Map<string, number[]>()
  for (const { key, value } of records) {
    const id = String(key)
    byKey.set(id, [...(byKey.get(id) ?? []), JSON.parse(String(value)).payload.n])
  }
  return byKey
}

/** Starts a relay, and lets it send a row. It waits for the next one then, and by its clock for ever. */
async function startIdle(store: Store, note: Note) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
  const relay = relayToKafka(store)
  // The statement that deletes a row finds no other one.
  await waitFor(async () => (await countOutbox(store)) === 0)
  return relay
}

describe('the relay', () => {
  it('keeps the order of each key while many write at once', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await store.pool.query('SELECT 1')
    const owner = new pg.Client({ connectionString: store.adminUrl })
    await owner.connect()
    await owner.query('CREATE TABLE counters (id text PRIMARY KEY, n int NOT NULL)')
    await owner.query('GRANT ALL ON counters TO PUBLIC')
    await owner.query(`INSERT INTO counters SELECT 'key-' || k, 0 FROM generate_series(0, 4) AS k`)
    await owner.end()
    const running = relayToKafka(store)
    const records = await readTopic(note.topic)

    const write = async (index: number) => {
      const id = `key-${index % 5}`
      await store.db.transaction(async (tx) => {
        const { rows } = await tx.execute<{ n: number }>(
          sql`UPDATE counters SET n = n + 1 WHERE id = ${id} RETURNING n`,
        )
        await appendToOutbox(tx, [toKafkaRow(note, buildNote(note, id, rows[0]?.n ?? 0))])
      })
      running.wake()
    }
    // Writers that wait for their own commits never wait for a connection longer than the pool lets them.
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let n = 0; n < 20; n += 1) await write(writer * 20 + n)
    })
    await Promise.all(writers)
    await waitFor(() => records.length >= 400)

    const expected = Array.from({ length: 80 }, (_, n) => n + 1)
    expect([...numbersByKey(records).values()]).toEqual([expected, expected, expected, expected, expected])
    await waitFor(async () => (await countOutbox(store)) === 0)
  })

  it('publishes no event of a transaction that was rolled back', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    relayToKafka(store)
    const records = await readTopic(note.topic)

    const failing = store.db.transaction(async (tx) => {
      await appendToOutbox(tx, [toKafkaRow(note, buildNote(note, 'a', 1))])
      throw new Error('the business said no')
    })
    await expect(failing).rejects.toThrow('the business said no')
    await writeNotes(store, note, [{ noteId: 'a', n: 2 }])

    await waitFor(() => records.length > 0)
    expect(numbersByKey(records)).toEqual(new Map([['a', [2]]]))
  })

  it('still sends a low id that commits after higher ones were sent', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const records = await readTopic(note.topic)
    relayToKafka(store)
    let commit = () => {}
    const hold = new Promise<void>((resolve) => {
      commit = resolve
    })

    let hasId = () => {}
    const idTaken = new Promise<void>((resolve) => {
      hasId = resolve
    })
    const slow = store.db.transaction(async (tx) => {
      await appendToOutbox(tx, [toKafkaRow(note, buildNote(note, 'slow', 1))])
      hasId()
      await hold
    })
    await idTaken
    await writeNotes(
      store,
      note,
      Array.from({ length: 600 }, (_, n) => ({ noteId: 'fast', n })),
    )
    await waitFor(() => records.length >= 600)
    commit()
    await slow

    await waitFor(() => records.some(({ key }) => String(key) === 'slow'))
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(records).toHaveLength(601)
  })

  it('sends the same id and bytes again if it is killed between acknowledgement and delete, with one effect', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const records = await readTopic(note.topic)
    await writeNotes(
      store,
      note,
      Array.from({ length: 50 }, (_, n) => ({ noteId: `key-${n % 5}`, n })),
    )

    const entry = fileURLToPath(new URL('relay-that-dies.ts', import.meta.url))
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', entry, store.databaseUrl, inject('kafka').brokers.join(',')],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    expect(await countOutbox(store)).toBe(50)

    relayToKafka(store)
    await waitFor(() => records.length >= 100)
    await waitFor(async () => (await countOutbox(store)) === 0)
    const bytesById = new Map<string, Set<string>>()
    for (const { value } of records) {
      const { id } = JSON.parse(String(value))
      bytesById.set(id, (bytesById.get(id) ?? new Set()).add(String(value)))
    }
    expect(records).toHaveLength(100)
    expect([...bytesById.values()].map((bytes) => bytes.size)).toEqual(Array.from({ length: 50 }, () => 1))

    const consumer = consume(store, note)
    await settled(store, 50)
    await waitFor(() => consumer.log.find('Duplicate event, skipping').length === 50)
    expect(await readEffects(store)).toHaveLength(50)
  })

  it('has one leader of two, and when that one leaves, the other takes over without gaps or disorder', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const records = await readTopic(note.topic)
    const sends: string[] = []
    const named = (name: string) => (channel: Channel) => ({
      send: (rows: Parameters<Channel['send']>[0]) => {
        sends.push(name)
        return channel.send(rows)
      },
    })
    const first = relayToKafka(store, { override: named('first') })
    await writeNotes(store, note, [{ noteId: 'a', n: 0 }])
    await waitFor(() => sends.length > 0)
    const second = relayToKafka(store, { override: named('second') })

    for (let n = 1; n < 40; n += 1) await writeNotes(store, note, [{ noteId: 'a', n }])
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(new Set(sends)).toEqual(new Set(['first']))

    await first.close()
    for (let n = 40; n < 80; n += 1) {
      await writeNotes(store, note, [{ noteId: 'a', n }])
      second.wake()
    }
    await waitFor(() => records.length >= 80)
    expect(numbersByKey(records)).toEqual(new Map([['a', Array.from({ length: 80 }, (_, n) => n)]]))
    expect(sends.at(-1)).toBe('second')
  })

  it('and a consumer work the same whatever settings the database has', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const admin = new pg.Client({ connectionString: store.adminUrl })
    await admin.connect()
    onTestFinished(() => admin.end())
    const database = new URL(store.databaseUrl).pathname.slice(1)
    const settings = ["search_path = 'pg_catalog'", "DateStyle = 'German, DMY'", "bytea_output = 'escape'"]
    for (const setting of settings) await admin.query(`ALTER DATABASE ${database} SET ${setting}`)

    relayToKafka(store)
    consume(store, note)
    await writeNotes(store, note, [{ noteId: 'a', n: 1, text: 'a\\b' }])

    await settled(store, 1)
    expect(await readEffects(store)).toMatchObject([{ note_id: 'a', n: 1 }])
    await waitFor(async () => (await countOutbox(store)) === 0)
  })

  it('continues when its database connection is cut, again and again', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const records = await readTopic(note.topic)
    const running = relayToKafka(store)
    const admin = new pg.Client({ connectionString: store.adminUrl })
    await admin.connect()
    onTestFinished(() => admin.end())

    for (let n = 0; n < 5; n += 1) {
      await writeNotes(store, note, [{ noteId: 'a', n }])
      await waitFor(() => records.length > n)
      await waitFor(async () => {
        const { rowCount } = await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'relay-kafka' AND datname = current_database()`,
        )
        return rowCount
      })
    }
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(new Set(records.map(({ value }) => JSON.parse(String(value)).payload.n))).toEqual(new Set([0, 1, 2, 3, 4]))
    expect(running.isAlive()).toBe(true)
  })

  it('relays nothing behind a pooler that gives it no session of its own, and says why', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const proxy = await startPoolingProxy(store.databaseUrl)
    onTestFinished(() => proxy.close())
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    const { logger } = createTestLogger()

    const error = await new Promise<Error>((resolve) => {
      const channel = createKafkaChannel({ ...kafkaSettings(), logger })
      const started = startRelay({ databaseUrl: proxy.url, channel, logger, onFatal: resolve })
      onTestFinished(() => started.close())
    })

    expect(error.message).toContain('each transaction has another session')
    expect(await countOutbox(store)).toBe(1)
  })

  it('that has nothing to send waits until rows are announced, or it is closed', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const running = await startIdle(store, note)

    await writeNotes(store, note, [{ noteId: 'a', n: 2 }])
    running.wake()
    await waitFor(async () => (await countOutbox(store)) === 0)

    await expect(running.close()).resolves.toBeUndefined()
  })

  it('that leads is told by a follower, with its next ask, of rows that were announced there', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await startIdle(store, note)

    await writeNotes(store, note, [{ noteId: 'a', n: 2 }])
    relayToKafka(store).wake()

    expect(await waitFor(async () => (await countOutbox(store)) === 0)).toBe(true)
  })

  it('finishes what is in flight when it is closed, and deletes those rows', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const records = await readTopic(note.topic)
    const closing: Promise<void>[] = []
    const running = relayToKafka(store, {
      override: (channel) => ({
        send: (rows) => {
          closing.push(running.close())
          return channel.send(rows)
        },
      }),
    })
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])

    await waitFor(() => closing.length > 0)
    await Promise.all(closing)

    expect(await countOutbox(store)).toBe(0)
    await waitFor(() => records.length === 1)
  })

  it('backs off from a destination that is down, whatever is written meanwhile', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const sentAt: number[] = []
    const running = relayToKafka(store, {
      override: () => ({
        send: async (rows) => {
          sentAt.push(performance.now())
          setImmediate(() => running.wake())
          return { sent: [], parked: [], failed: rows.map((row) => ({ row, error: new Error('down') })), isDown: true }
        },
      }),
    })

    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    await waitFor(() => sentAt.length >= 4)

    const pauses = sentAt.slice(1, 4).map((at, index) => at - (sentAt[index] ?? 0))
    expect(pauses.map((pause, index) => pause >= 70 * 2 ** index)).toEqual([true, true, true])
  })

  it('forgets what it read ahead when a send fails, so that no row overtakes a failed one', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
    const count = 2_000
    await writeNotes(
      store,
      note,
      Array.from({ length: count }, (_, n) => ({ noteId: 'a', n })),
    )
    let sends = 0
    relayToKafka(store, {
      override: (channel) => ({
        send: async (rows) => {
          sends += 1
          if (sends !== 2) return channel.send(rows)
          const { sent } = await channel.send(rows.slice(0, 100))
          const failed = rows.slice(100).map((row) => ({ row, error: new Error('refused for a moment') }))
          return { sent, parked: [], failed, isDown: false }
        },
      }),
    })

    const records = await readTopic(note.topic)
    await waitFor(async () => (await countOutbox(store)) === 0 && records.length >= count)
    expect(numbersByKey(records).get('a')).toEqual(Array.from({ length: count }, (_, n) => n))
  })

  it('finds the rows of a topic that was set aside for long before later rows of it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const refused = { ...note, topic: 'refused.events' }
    const { logger } = createTestLogger()
    const reader = await createOutboxReader(
      store.databaseUrl,
      { name: 'kafka', batch: { rows: 500, bytes: 1e6 } },
      logger,
      () => undefined,
    )
    onTestFinished(() => reader.close())
    const read = (setAside: string[], sent: StoredRow[] = []) => reader.deleteAndSelect({ sent, parked: [] }, setAside)
    await writeNotes(store, refused, [{ noteId: 'a', n: 1 }])

    for (let second = 0; second < 90; second += 1) {
      await writeNotes(store, note, [{ noteId: 'b', n: second }])
      const rows = await read(['refused.events'])
      await read(['refused.events'], rows)
      vi.advanceTimersByTime(1_000)
    }
    await writeNotes(store, refused, [{ noteId: 'a', n: 2 }])
    vi.advanceTimersByTime(1_000)
    // If the smallest id of a minute ago had been kept, only a full scan, every ten seconds, would find the first row.
    await read([])
    const rows = await read([])

    expect(rows.map(({ payload }) => JSON.parse(String(payload)).payload.n)).toEqual([1, 2])
  })

  it('raises an alarm when a row has waited for more than an hour', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const missing = { ...note, topic: uniqueName('missing.events') }
    await writeNotes(store, missing, [{ noteId: 'a', n: 1 }])
    await store.pool.query(`UPDATE outbox SET created_at = created_at - interval '61 minutes'`)

    const { log } = relayToKafka(store)

    await waitFor(() => log.find('Outbox is not being emptied').length > 0)
    expect(log.find('Outbox is not being emptied')).toMatchObject([{ level: 'error', channel: 'kafka' }])
  })

  it('measures what waits and what is parked, and nothing once another process may lead', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await writeNotes(store, { ...note, topic: uniqueName('missing.events') }, [{ noteId: 'a', n: 1 }])
    await store.pool.query(
      `INSERT INTO outbox_parked SELECT channel, 0, topic, key, payload, headers, log, created_at, '' FROM outbox`,
    )
    const oldest = vi.spyOn(metrics.outboxOldestUnsent, 'record')
    const parked = vi.spyOn(metrics.outboxParkedRows, 'record')

    const relay = relayToKafka(store)
    await waitFor(() => oldest.mock.calls.some(([seconds]) => seconds > 0))
    expect(parked.mock.lastCall).toEqual([1, { channel: 'kafka' }])
    await relay.close()

    expect(oldest.mock.lastCall).toEqual([0, { channel: 'kafka' }])
    expect(parked.mock.lastCall).toEqual([0, { channel: 'kafka' }])
  })

  it.for(['payload', 'key', 'headers', 'log'] as const)(
    'parks a row whose %s is too large to be read',
    async (column) => {
      const [store, note] = await Promise.all([createStore(), createNoteTopic()])
      await writeNotes(
        store,
        note,
        [1, 2, 3].map((n) => ({ noteId: 'a', n })),
      )
      const large = column === 'log' ? `'{"fields": {"text": "' || x || '"}}'` : `x`
      await store.pool.query(
        // Random letters, because a log is measured as stored, which is compressed.
        `UPDATE outbox SET ${column} = (${large})::${column === 'log' ? 'jsonb' : 'bytea'}
       FROM (SELECT string_agg(md5(n::text), '') AS x FROM generate_series(1, 1000) AS n) AS text
       WHERE id = (SELECT min(id) + 1 FROM outbox)`,
      )
      const sent: StoredRow[] = []

      const { log } = relayToKafka(store, {
        override: (channel) => ({
          batch: { ...channel.batch, rowBytes: 10_000 },
          send(rows) {
            sent.push(...rows)
            return channel.send(rows)
          },
        }),
      })

      const records = await readTopic(note.topic)
      await waitFor(async () => (await countOutbox(store)) === 0 && records.length === 2)
      expect(numbersByKey(records).get('a')).toEqual([1, 3])
      expect(sent).toHaveLength(2)
      const { rows } = await store.pool.query(`SELECT reason, octet_length(payload) AS bytes FROM outbox_parked`)
      expect(rows).toMatchObject([{ reason: 'larger than 10000 bytes' }])
      if (column === 'payload') expect(rows[0].bytes).toBe(32_000)
      expect(log.find('Outbox row parked')).toMatchObject([{ level: 'error', reason: 'larger than 10000 bytes' }])
    },
  )

  it('sends a row without a log line', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    await store.pool.query('UPDATE outbox SET log = NULL')

    const { log } = relayToKafka(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(log.find('Outbox row published')).toHaveLength(1)
    expect(log.find('Relay interrupted, starting again')).toEqual([])
  })

  it('takes the log lines from a row that an earlier version has written', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    const old = { published: 'Note published', failed: 'Note refused', fields: { n: 1 } }
    await store.pool.query('UPDATE outbox SET log = $1', [old])

    const { log } = relayToKafka(store)

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(log.find('Note published')).toMatchObject([{ level: 'info', n: 1 }])
  })

  it('logs an event by the lines that are given for its type', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])

    const { log } = relayToKafka(store, {
      logLines: { [note.type]: { published: 'Note published', failed: 'Note refused' } },
    })

    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(log.find('Note published')).toHaveLength(1)
  })

  it('writes the log line of an event when it is acknowledged', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const { log } = relayToKafka(store)
    const event = buildNote(note, 'a', 1)

    await store.db.transaction((tx) => appendToOutbox(tx, [toKafkaRow(note, event)]))

    await waitFor(() => log.find('Event published').length > 0)
    expect(log.find('Event published')).toMatchObject([{ level: 'info', type: 'note.written', eventId: event.id }])
  })
})

describe('while Kafka is down', () => {
  it('rows wait, are logged once, and are sent when it is back, and a relay can be closed meanwhile', async () => {
    const kafka = await ownKafka()
    onTestFinished(() => kafka.stop())
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ brokers: kafka.brokers })])
    const start = () => {
      const log = createTestLogger()
      const channel = createKafkaChannel({ ...kafkaSettings(kafka.brokers), logger: log.logger })
      return { ...startRelay({ databaseUrl: store.databaseUrl, channel, logger: log.logger }), log }
    }
    const first = start()
    await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
    await waitFor(async () => (await countOutbox(store)) === 0)

    await kafka.kill()
    await writeNotes(store, note, [{ noteId: 'a', n: 2 }])
    await waitFor(() => first.log.find('Event publish failed').length === 1, { timeoutMs: 60_000 })
    expect(first.isAlive()).toBe(true)
    await first.close()
    expect(await countOutbox(store)).toBe(1)

    const second = start()
    onTestFinished(() => second.close())
    await waitFor(() => second.log.find('Event publish failed').length === 1, { timeoutMs: 60_000 })
    await kafka.restart()
    await waitFor(async () => (await countOutbox(store)) === 0, { timeoutMs: 60_000 })
    const records = await readTopic(note.topic, kafka.brokers)
    await waitFor(() => records.length >= 2)
    expect([...new Set(numbersByKey(records).get('a'))]).toEqual([1, 2])
  })
})

it('a service logs one line when Kafka goes down, and one when it is back', async () => {
  const kafka = await ownKafka()
  onTestFinished(() => kafka.stop())
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ brokers: kafka.brokers })])
  const log = createTestLogger()
  const settings = { ...kafkaSettings(kafka.brokers), logger: log.logger }
  const running = startRelay({
    databaseUrl: store.databaseUrl,
    channel: createKafkaChannel(settings),
    logger: log.logger,
  })
  onTestFinished(() => running.close())
  consume(store, note, { kafka: settings, logger: log.logger })
  await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
  await settled(store, 1)
  const before = log.lines.length

  await kafka.kill()
  await writeNotes(store, note, [{ noteId: 'a', n: 2 }])
  const ofKafka = () => log.find('Trouble with Kafka')
  const publishFailed = () => log.find('Event publish failed').length > 0
  const isAllSaid = () => ofKafka().length > 40 && publishFailed()
  await waitFor(isAllSaid, { timeoutMs: 60_000, message: 'forty complaints, and one of the relay' })
  const during = log.lines.slice(before).filter(({ level }) => level !== 'debug')
  await kafka.restart()
  await waitFor(() => log.find('No more trouble with Kafka').length > 0, { timeoutMs: 120_000 })

  await settled(store, 2)
  expect(during).toHaveLength(2)
  expect(new Set(during.map(({ msg }) => msg))).toEqual(new Set(['Event publish failed', 'Trouble with Kafka']))
  expect(during.filter(({ msg }) => msg === 'Trouble with Kafka')).not.toMatchObject([
    { err: { stack: expect.anything() } },
  ])
})

describe('a batch on its way to Kafka', () => {
  it('is halved when it is too large although each record is legal, and keeps its order', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, maxBytes: 20_000 })])
    const records = await readTopic(note.topic)
    await writeNotes(
      store,
      note,
      Array.from({ length: 30 }, (_, n) => ({ noteId: 'a', n, text: 'x'.repeat(3_000) })),
    )

    relayToKafka(store)

    await waitFor(() => records.length >= 30)
    expect(numbersByKey(records)).toEqual(new Map([['a', Array.from({ length: 30 }, (_, n) => n)]]))
  })

  it('leaves a single record that is too large behind, parked with an alarm, and sends later ones of its key', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, maxBytes: 20_000 })])
    const records = await readTopic(note.topic)
    await writeNotes(store, note, [
      { noteId: 'a', n: 1 },
      { noteId: 'a', n: 2, text: 'x'.repeat(30_000) },
      { noteId: 'a', n: 3 },
    ])

    const { log } = relayToKafka(store)

    await waitFor(() => records.length >= 2)
    await waitFor(async () => (await countOutbox(store)) === 0)
    expect(numbersByKey(records)).toEqual(new Map([['a', [1, 3]]]))
    const { rows } = await store.pool.query('SELECT payload, reason FROM outbox_parked')
    expect(JSON.parse(String(rows[0].payload)).payload.n).toBe(2)
    expect(rows).toMatchObject([{ reason: expect.stringMatching(/larger than the max/) }])
    expect(log.find('Outbox row parked')).toMatchObject([{ level: 'error' }])
  })

  it('waits when its topic is missing, while other topics flow, and is sent when the topic exists', async () => {
    const [store, note] = await Promise.all([createStore(), createNoteTopic()])
    const records = await readTopic(note.topic)
    const missing = { ...note, topic: uniqueName('missing.events') }
    // More rows than one select reads, so that they would block all others.
    await writeNotes(
      store,
      missing,
      Array.from({ length: 600 }, (_, n) => ({ noteId: 'a', n })),
    )

    const { log } = relayToKafka(store)
    await waitFor(() => log.find('Topic set aside').length > 0)
    await writeNotes(store, note, [{ noteId: 'b', n: 2 }])
    await waitFor(() => records.length === 1)
    // Waits, because a row is deleted only after its record has arrived.
    await waitFor(async () => (await countOutbox(store)) === 600)
    expect(log.find('Event publish failed').length).toBeLessThanOrEqual(600)

    await createTopics(createKafka(kafkaSettings()), [
      { topic: missing.topic, numPartitions: 1, replicationFactor: 1, configEntries: [] },
    ])
    await waitFor(async () => (await countOutbox(store)) === 0)
    const late = await readTopic(missing.topic)
    await waitFor(() => late.length === 600)
  })
})
