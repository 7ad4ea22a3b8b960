import type { EventOf, enrollmentCompleted } from '@coursewire/events'
import type { Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'

/** The effect of an event in the consumer's database: one row. */
export const effectTable = `
  CREATE TABLE effects (
    event_id text PRIMARY KEY,
    enrollment_id text NOT NULL,
    student_id text NOT NULL,
    enrolled_at timestamptz NOT NULL
  )`

export async function insertEffects(tx: Transaction, events: EventOf<typeof enrollmentCompleted>[]): Promise<void> {
  await tx.execute(sql`
    INSERT INTO effects
    SELECT * FROM unnest(${sql.param(events.map(({ id }) => id))}::text[],
      ${sql.param(events.map(({ payload }) => payload.enrollment_id))}::text[],
      ${sql.param(events.map(({ payload }) => payload.student_id))}::text[],
      ${sql.param(events.map(({ payload }) => payload.enrolled_at))}::timestamptz[])`)
}
