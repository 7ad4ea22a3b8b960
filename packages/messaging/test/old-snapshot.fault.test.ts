import { waitFor } from '@coursewire/testing'
import { expect, it } from 'vitest'
import { countOutbox, createNoteTopic, createStore, readTopic, relayToKafka } from './helpers.ts'
import { connectAdmin, readWire, startWriting } from './load.ts'

const long = { timeoutMs: 120_000 }

it('an old snapshot held for two minutes under load loses no event and no order, even if a low id commits late', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic()])
  const [old, late, watcher] = await Promise.all([connectAdmin(store), connectAdmin(store), connectAdmin(store)])
  const records = await readTopic(note.topic)
  const relay = relayToKafka(store)
  await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  const { rows } = await old.query('SELECT pg_backend_pid() AS pid')
  const writing = await startWriting(store, note, () => relay.wake())
  await waitFor(() => records.length > 1_000)
  await late.query(`BEGIN; INSERT INTO outbox (channel, topic, key, payload, headers, log)
    SELECT 'kafka', '${note.topic}', 'late', convert_to('{"id": "late", "payload": {"note_id": "late", "n": 0}}', 'UTF8'),
           '[]', '{"published": "", "failed": "", "fields": {}}'`)

  const untilHeldFor = (seconds: number) =>
    waitFor(
      async () => {
        const { rowCount } = await watcher.query(
          `SELECT FROM pg_stat_activity WHERE pid = $1 AND now() - xact_start > make_interval(secs => $2)`,
          [rows[0].pid, seconds],
        )
        return rowCount
      },
      { timeoutMs: 180_000, intervalMs: 500 },
    )

  await untilHeldFor(90)
  await late.query('COMMIT')
  await untilHeldFor(120)
  const written = await writing.stop()

  await waitFor(async () => (await countOutbox(store)) === 0, long)
  await waitFor(() => readWire(records).total > written.total, long)
  expect(readWire(records)).toEqual({
    total: written.total + 1,
    byKey: { ...written.byKey, late: [0] },
    differing: [],
  })
})
