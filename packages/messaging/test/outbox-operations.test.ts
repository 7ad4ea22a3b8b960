import { uniqueName, waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import { ConfigResourceTypes } from 'kafkajs'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  COUNT_LIMIT,
  listParked,
  readOutboxStatus,
  readWaitingSeconds,
  requeueParked,
} from '../src/outbox/operations.ts'
import { appendToOutbox, encodeHeaders, type OutboxRow } from '../src/outbox/outbox.ts'
import { createOutboxReader } from '../src/relay/outbox-reader.ts'
import {
  createNoteTopic,
  createStore,
  createTestLogger,
  openAdmin,
  readTopic,
  relayToKafka,
  type Store,
  writeNotes,
} from './helpers.ts'

let store: Store

beforeEach(async () => {
  store = await createStore()
})

function aRow(row: Partial<OutboxRow> = {}): OutboxRow {
  return {
    channel: 'kafka',
    topic: 'note.events',
    key: Buffer.from('a'),
    payload: Buffer.from([0, 0xff]),
    headers: encodeHeaders([['ce_type', Buffer.from('note.written')]]),
    log: { type: 'note.written', fields: {} },
    ...row,
  }
}

const append = (...rows: OutboxRow[]) => store.db.transaction((tx) => appendToOutbox(tx, rows))

/** Parks rows as the relay does with permanently rejected ones. */
async function park(...rows: OutboxRow[]): Promise<void> {
  await append(...rows)
  await store.db.execute(sql`
    WITH gone AS (DELETE FROM outbox RETURNING *)
    INSERT INTO outbox_parked (channel, id, topic, key, payload, headers, log, created_at, reason)
    SELECT channel, id, topic, key, payload, headers, log, created_at, 'too large' FROM gone`)
}

const readOutbox = async () =>
  (await store.pool.query('SELECT channel, topic, key, payload, headers, log FROM outbox ORDER BY id')).rows

describe('the time that rows have waited for a topic', () => {
  const read = () => readWaitingSeconds(store.db, 'note.events')

  it('is that of the oldest one, whatever waits for other topics and channels', async () => {
    await append(aRow({ topic: 'other' }), aRow({ channel: 'sns' }))
    expect(await read()).toBeNull()

    await append(aRow(), aRow())
    await store.db.execute(sql`UPDATE outbox SET created_at = created_at - interval '1 day' WHERE topic = 'other'`)
    await store.db.execute(sql`
      UPDATE outbox SET created_at = created_at - interval '1 hour'
      WHERE id = (SELECT min(id) FROM outbox WHERE channel = 'kafka' AND topic = 'note.events')`)
    expect(Math.floor(Number(await read()) / 3_600)).toBe(1)
  })

  it('ends when a row is parked, which would otherwise wait for ever', async () => {
    await park(aRow())

    expect(await read()).toBeNull()
  })

  it('is never less than nothing, even if the clock of the database steps back', async () => {
    await append(aRow())
    await store.db.execute(sql`UPDATE outbox SET created_at = created_at + interval '1 hour'`)

    expect(await read()).toBe(0)
  })
})

describe('the status of an outbox', () => {
  it('shows the waiting and parked rows per channel, and since when an instance leads it', async () => {
    await park(aRow({ channel: 'sns' }))
    await append(aRow(), aRow(), aRow({ channel: 'sns' }))
    const reader = await createOutboxReader(
      store.databaseUrl,
      { name: 'kafka', batch: { rows: 1, bytes: 1 } },
      createTestLogger().logger,
      () => undefined,
    )
    await reader.tryToLead(false)

    const status = await readOutboxStatus(store.db)

    await reader.close()
    expect(status).toEqual([
      {
        channel: 'kafka',
        waiting: 2,
        oldestSeconds: expect.any(Number),
        parked: 0,
        ledSince: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      { channel: 'sns', waiting: 1, oldestSeconds: expect.any(Number), parked: 1, ledSince: null },
    ])
  })

  it('leaves out unused channels, and stops counting rows at a limit', async () => {
    await store.db.execute(sql`
      INSERT INTO outbox (channel, topic, headers) SELECT 'kafka', 'note.events', '[]' FROM generate_series(1, 10100)`)

    const status = await readOutboxStatus(store.db)

    expect(status).toMatchObject([{ channel: 'kafka', waiting: COUNT_LIMIT + 1, ledSince: null }])
  })

  it('sees no leader of another database', async () => {
    const other = await createStore()
    const reader = await createOutboxReader(
      other.databaseUrl,
      { name: 'kafka', batch: { rows: 1, bytes: 1 } },
      createTestLogger().logger,
      () => undefined,
    )
    await reader.tryToLead(false)

    const status = await readOutboxStatus(store.db)

    await reader.close()
    expect(status).toMatchObject([{ channel: 'kafka', ledSince: null, oldestSeconds: null }])
  })
})

describe('parked rows', () => {
  it('are listed with their reason, the newest first, by topic when asked', async () => {
    await park(aRow())
    await park(aRow({ topic: 'other', key: null, payload: null, headers: encodeHeaders([]) }))

    const all = await listParked(store.db, { limit: 10 })

    expect(all).toMatchObject([
      { channel: 'kafka', id: '2', topic: 'other', key: null, type: null, bytes: 0 },
      { channel: 'kafka', id: '1', key: 'a', type: 'note.written', bytes: 2, reason: 'too large' },
    ])
    expect(await listParked(store.db, { limit: 10, topic: 'other' })).toEqual(all.slice(0, 1))
    expect(await listParked(store.db, { limit: 1 })).toEqual(all.slice(0, 1))
  })

  it('go back unchanged, in their order and behind the waiting rows, and only once', async () => {
    await park(aRow({ key: Buffer.from('1') }), aRow({ key: Buffer.from('2') }))
    const { rows: before } = await store.pool.query(
      'SELECT channel, topic, key, payload, headers, log FROM outbox_parked ORDER BY id',
    )
    await append(aRow({ key: Buffer.from('later') }))
    const ids = ['2', '1', '99'].map((id) => ({ channel: 'kafka', id }))

    const requeued = await requeueParked(store.db, { ids })
    const again = await requeueParked(store.db, { ids })

    expect(requeued).toEqual([
      { channel: 'kafka', id: '1' },
      { channel: 'kafka', id: '2' },
    ])
    expect(again).toEqual([])
    const [waiting, ...back] = await readOutbox()
    expect(waiting.key.toString()).toBe('later')
    expect(back).toEqual(before)
    expect(await listParked(store.db, { limit: 10 })).toEqual([])
  })

  it('go back by topic, or all together', async () => {
    const topic = uniqueName('topic')
    await park(aRow({ topic }), aRow(), aRow({ channel: 'sns' }))

    const ofTopic = await requeueParked(store.db, { topic })
    const all = await requeueParked(store.db, { topic: null })

    expect(ofTopic).toHaveLength(1)
    expect(all).toHaveLength(2)
    expect(await readOutbox()).toHaveLength(3)
  })

  it('are moved once by several callers at once', async () => {
    await park(...Array.from({ length: 50 }, () => aRow()))

    const moved = await Promise.all(Array.from({ length: 8 }, () => requeueParked(store.db, { topic: null })))

    expect(moved.flat()).toHaveLength(50)
    expect(await readOutbox()).toHaveLength(50)
  })

  it('are sent by the relay once the obstacle is gone', async () => {
    const note = await createNoteTopic({ partitions: 1, maxBytes: 1_000 })
    relayToKafka(store)
    await writeNotes(store, note, [{ noteId: 'a', n: 1, text: 'x'.repeat(2_000) }])
    const parked = await waitFor(async () => (await listParked(store.db, { limit: 1 }))[0])
    const admin = await openAdmin()
    const configEntries = [{ name: 'max.message.bytes', value: '1000000' }]
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: note.topic, configEntries }],
    })
    const records = await readTopic(note.topic)

    await requeueParked(store.db, { ids: [parked] })

    await waitFor(() => records.length === 1)
    expect(records[0]?.value?.byteLength).toBe(parked.bytes)
    expect(await listParked(store.db, { limit: 1 })).toEqual([])
  })
})
