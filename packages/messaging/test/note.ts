import { defineEvent, type EventOf } from '@coursewire/events'
import type { Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { z } from 'zod'

export type Note = ReturnType<typeof defineNote>

/** Defines an event type for a test, on its own topic. */
export function defineNote(topic: string) {
  return defineEvent({
    type: 'note.written',
    topic,
    producer: 'test',
    key: 'note_id',
    listeners: [],
    payload: z.object({ note_id: z.string(), n: z.int(), text: z.string().optional() }),
  })
}

/** Applies the effect of notes: one row each, in one statement. */
export async function insertNotes(tx: Transaction, events: EventOf<Note>[]): Promise<void> {
  const columns = [
    events.map(({ id }) => id),
    events.map(({ payload }) => payload.note_id),
    events.map(({ payload }) => payload.n),
  ].map((column) => sql.param(column))
  await tx.execute(sql`
    INSERT INTO effects (event_id, note_id, n)
    SELECT * FROM unnest(${columns[0]}::text[], ${columns[1]}::text[], ${columns[2]}::int[])`)
}
