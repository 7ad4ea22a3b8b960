import type { EventOf, enrollmentCompleted } from '@coursewire/events'
import { queryNamed, type Transaction } from '@coursewire/service-kit'

/** The effect of an event in the consumer's database: one row. */
export const effectTable = `
  CREATE TABLE effects (
    event_id text PRIMARY KEY,
    enrollment_id text NOT NULL,
    student_id text NOT NULL,
    enrolled_at timestamptz NOT NULL
  )`

export async function insertEffects(tx: Transaction, events: EventOf<typeof enrollmentCompleted>[]): Promise<void> {
  await queryNamed(tx, {
    name: 'insert-effects',
    text: 'INSERT INTO effects SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])',
    values: [
      events.map(({ id }) => id),
      events.map(({ payload }) => payload.enrollment_id),
      events.map(({ payload }) => payload.student_id),
      events.map(({ payload }) => payload.enrolled_at),
    ],
  })
}
