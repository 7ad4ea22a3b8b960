import { waitFor } from '@coursewire/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { StoredRow } from '../src/relay/channel.ts'
import { startRelay } from '../src/relay/relay.ts'
import { createNoteTopic, createStore, createTestLogger, writeNotes } from './helpers.ts'
import { connectAdmin } from './load.ts'

it('deleted rows that an old snapshot keeps are not scanned at every poll, and a low id that commits late is found', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  const [old, late] = await Promise.all([connectAdmin(store), connectAdmin(store)])
  await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM outbox')
  await late.query(`BEGIN; INSERT INTO outbox (channel, topic, key, headers, log)
                    VALUES ('kafka', 'notes', 'late', '[]', '{"published": "", "failed": "", "fields": {}}')`)

  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const passSeconds = (seconds: number) => vi.advanceTimersByTime(seconds * 1_000)
  const taken: StoredRow[] = []
  const relay = startRelay({
    databaseUrl: store.databaseUrl,
    logger: createTestLogger().logger,
    channel: {
      name: 'kafka',
      batch: { rows: 500, bytes: 900_000 },
      gatherMs: 0,
      async send(rows) {
        taken.push(...rows)
        return { sent: rows, parked: [], failed: [], isDown: false }
      },
      topicsSetAside: () => [],
      close: async () => undefined,
    },
  })
  onTestFinished(() => relay.close())
  let written = 0
  const relayMore = async (count: number) => {
    const notes = Array.from({ length: count }, () => ({ noteId: 'a', n: ++written }))
    await writeNotes(store, note, notes)
    relay.wake()
    await waitFor(() => taken.length === written)
  }
  /** Counts the index entries that are read until all taken rows are deleted. */
  const readEntries = () =>
    waitFor(async () => {
      const { rows } = await store.pool.query(
        `SELECT idx_tup_read::int AS entries FROM pg_stat_user_indexes JOIN pg_stat_user_tables AS counted USING (relid)
         WHERE counted.relname = 'outbox' AND n_tup_del = $1`,
        [written],
      )
      return rows[0].entries as number
    })

  await relayMore(20_000)
  passSeconds(2)
  await relayMore(1)
  passSeconds(60)
  await relayMore(1)
  const before = await readEntries()
  for (let poll = 1; poll <= 20; poll += 1) await relayMore(1)
  // A single poll that scanned all of them would read more.
  expect((await readEntries()) - before).toBeLessThan(20_000)

  await late.query('COMMIT')
  passSeconds(10)
  await waitFor(() => String(taken.at(-1)?.key) === 'late')
})
