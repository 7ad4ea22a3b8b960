import { createDatabase, createLogger, createPool } from '@coursewire/service-kit'
import { type anEnrollment, createTestDatabase } from '@coursewire/testing'
import { afterAll } from 'vitest'
import { onEnrollmentCompleted } from '../src/emails/handlers.ts'
import { listEmails } from '../src/emails/ledger.ts'

export const logger = createLogger({ service: 'email-worker', level: 'silent' })

/** Opens a ledger that belongs to the test file. */
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
    /** Handles the events in one transaction, as the consumer does. */
    handle: (...events: ReturnType<typeof anEnrollment>[]) =>
      db.transaction((tx) => onEnrollmentCompleted(logger)(tx, events)),
    list: () => listEmails(db, { limit: 10_000 }),
    async find(studentId: string) {
      const [email, ...others] = (await listEmails(db, { limit: 10_000 })).filter(
        (mail) => mail.studentId === studentId,
      )
      if (!email || others.length > 0) throw new Error(`Not one mail for ${studentId}`)
      return email
    },
    /** Makes every waiting mail due. */
    makeDue: () => pool.query(`UPDATE emails SET due_at = now() WHERE status = 'pending'`),
    age: (interval: string) =>
      pool.query(`UPDATE emails SET created_at = created_at - $1::interval, claimed_at = claimed_at - $1::interval`, [
        interval,
      ]),
    clear: () => pool.query('DELETE FROM emails'),
  }
}
