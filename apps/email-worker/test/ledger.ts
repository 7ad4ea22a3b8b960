import { randomUUID } from 'node:crypto'
import { enrollmentCompleted } from '@coursewire/events'
import { createDatabase, createLogger, createPool, now } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { afterAll } from 'vitest'
import { onEnrollmentCompleted } from '../src/emails/handlers.ts'
import { listEmails } from '../src/emails/ledger.ts'

export const logger = createLogger({ service: 'email-worker', level: 'silent' })

export function anEvent(changes: Partial<Parameters<typeof enrollmentCompleted.build>[0]> = {}) {
  const payload = {
    enrollment_id: randomUUID(),
    student_id: randomUUID(),
    course_id: 'course-1',
    enrollment_type: 'free' as const,
    enrolled_at: now(),
    source: 'manual' as const,
    payment_status: 'free' as const,
    activation: 1,
    ...changes,
  }
  const meta = { tenantId: 'acme', correlationId: randomUUID(), causationId: null }
  return enrollmentCompleted.build(payload, meta, { id: randomUUID(), at: now() })
}

/** A ledger of the test file's own. */
export async function openLedger() {
  const database = await createTestDatabase()
  const pool = createPool({ url: database.databaseUrl, max: 10, name: 'test', logger })
  const db = createDatabase(pool)
  afterAll(async () => {
    await pool.end()
    await database.drop()
  })

  return {
    ...database,
    db,
    pool,
    /** Has the events handled in one transaction, as the consumer does. */
    handle: (...events: ReturnType<typeof anEvent>[]) =>
      db.transaction((tx) => onEnrollmentCompleted(logger)(tx, events)),
    list: () => listEmails(db, { limit: 10_000 }),
    async find(studentId: string) {
      const [email, ...others] = (await listEmails(db, { limit: 10_000 })).filter((it) => it.studentId === studentId)
      if (!email || others.length > 0) throw new Error(`Not one mail for ${studentId}`)
      return email
    },
    /** Lets time pass for all that waits for it. */
    makeDue: () => pool.query(`UPDATE emails SET due_at = now() WHERE status = 'pending'`),
    age: (interval: string) =>
      pool.query(`UPDATE emails SET created_at = created_at - $1::interval, claimed_at = claimed_at - $1::interval`, [
        interval,
      ]),
    clear: () => pool.query('DELETE FROM emails'),
  }
}
