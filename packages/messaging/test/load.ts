import { waitFor } from '@coursewire/testing'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { appendToOutbox, toKafkaRow } from '../src/outbox/outbox.ts'
import type { KafkaSource } from '../src/source.ts'
import { buildNote, type Effect, type Note, type Store } from './helpers.ts'

const KEYS = 10

/** Opens a superuser's connection, which may be cut like all others. */
export async function connectAdmin({ adminUrl }: Store): Promise<pg.Client> {
  const admin = new pg.Client({ connectionString: adminUrl })
  admin.on('error', () => undefined)
  await admin.connect()
  onTestFinished(() => admin.end())
  return admin
}

/** Returns the numbers of each key, in the order of the notes. */
export function groupByKey(notes: Pick<Effect, 'note_id' | 'n'>[]): Record<string, number[]> {
  const byKey: Record<string, number[]> = {}
  for (const { note_id, n } of notes) {
    byKey[note_id] ??= []
    byKey[note_id].push(n)
  }
  return byKey
}

/**
 * Starts one writer per key. Each writes one note after the other, whatever happens to the last one. Each transaction also writes a row
 * that shows whether it was committed.
 */
export async function startWriting(store: Store, note: Note, onWritten: () => void) {
  const admin = await connectAdmin(store)
  await admin.query('CREATE TABLE written (note_id text, n int); GRANT ALL ON written TO PUBLIC')
  let isStopped = false
  let acknowledged = 0

  async function write(noteId: string): Promise<void> {
    for (let n = 0; !isStopped; n += 1) {
      try {
        await store.db.transaction(async (tx) => {
          await tx.execute(sql`INSERT INTO written VALUES (${noteId}, ${n})`)
          await appendToOutbox(tx, [toKafkaRow(note, buildNote(note, noteId, n))])
        })
        acknowledged += 1
        onWritten()
      } catch {
        await waitFor(async () => isStopped || (await store.pool.query('SELECT 1')))
      }
    }
  }
  onTestFinished(() => {
    isStopped = true
  })
  const writers = Array.from({ length: KEYS }, (_, key) => write(`key-${key}`))
  return {
    get acknowledged() {
      return acknowledged
    },
    /** Resolves to the committed notes. */
    async stop() {
      isStopped = true
      await Promise.all(writers)
      const { rows } = await store.pool.query<Pick<Effect, 'note_id' | 'n'>>(
        'SELECT note_id, n FROM written ORDER BY n',
      )
      return { total: rows.length, byKey: groupByKey(rows) }
    },
  }
}

/** Returns the first occurrence of each event, in order per key, and the ids of events that were repeated with other bytes. */
export function readWire(records: KafkaSource[]) {
  const bytes = new Map<string, string>()
  const firsts: Pick<Effect, 'note_id' | 'n'>[] = []
  const differing: string[] = []
  for (const { value } of records) {
    const { id, payload } = JSON.parse(String(value))
    if (!bytes.has(id)) firsts.push(payload)
    else if (bytes.get(id) !== String(value)) differing.push(id)
    bytes.set(id, String(value))
  }
  return { total: firsts.length, byKey: groupByKey(firsts), differing }
}
