import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import type { EventEnvelope } from '@coursewire/events'
import { createDatabase, createLogger, createPool } from '@coursewire/service-kit'
import { createTestDatabase } from '@coursewire/testing'
import { afterAll } from 'vitest'
import { createHandlers } from '../src/consumer.ts'
import type { Outcome } from '../src/emails/email.ts'
import { listEmails, listHistory } from '../src/emails/ledger.ts'

export const logger = createLogger({ service: 'email-worker', level: 'silent' })
export const addressHashKey = randomUUID()
/** The hash of an address that is not suppressed. */
export const anAddressHash = Buffer.alloc(32)

/** A logger and its lines. */
export function keepLines() {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { lines, logger: createLogger({ service: 'email-worker', level: 'info', destination }) }
}

/** SES has accepted a mail, with this id. */
export const sentAs = (messageId: string): Outcome => ({
  status: 'sent',
  messageId,
  content: { bytes: 1_000, sha256: '0'.repeat(64) },
})

const handlers = new Map(createHandlers(logger, 'kafka').map((handler) => [handler.type, handler]))

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
    /** Handles the events in one transaction, those of one type together, as the consumer does. */
    handle: (...events: EventEnvelope[]) =>
      db.transaction(async (tx) => {
        for (const type of new Set(events.map((event) => event.type))) {
          const ofType = events.filter((event) => event.type === type)
          await handlers.get(type)?.handle(tx, ofType)
        }
      }),
    list: () => listEmails(db, { limit: 10_000 }),
    history: (emailId: string) => listHistory(db, emailId),
    async find(recipient: string, template?: string) {
      const [email, ...others] = (await listEmails(db, { limit: 10_000, template })).filter(
        (mail) => mail.recipient === recipient,
      )
      if (!email || others.length > 0) throw new Error(`Not one mail for ${recipient}`)
      return email
    },
    /** The events about a mail that wait for the relay. */
    async reported(emailId: string) {
      const { rows } = await pool.query<{ event: EventEnvelope<string, Record<string, unknown>> }>(
        `SELECT event FROM outbox, CAST(convert_from(payload, 'UTF8') AS jsonb) AS event
         WHERE channel = 'kafka' AND topic = 'email.events.v1' AND convert_from(key, 'UTF8') = $1 ORDER BY id`,
        [emailId],
      )
      return rows.map(({ event }) => event)
    },
    /** Makes workers leave all mails as they are, as if the quota of the day were used up. */
    pause: () =>
      pool.query(
        `INSERT INTO sending_budget (per_second, capacity, tokens, paused_until) VALUES (1, 1, 0, now() + interval '1 day')`,
      ),
    /** Makes every waiting mail due. */
    makeDue: () => pool.query(`UPDATE emails SET due_at = now() WHERE status = 'pending'`),
    age: (interval: string) =>
      pool.query(`UPDATE emails SET created_at = created_at - $1::interval, claimed_at = claimed_at - $1::interval`, [
        interval,
      ]),
    clear: () =>
      pool.query(
        'DELETE FROM emails; DELETE FROM email_history; DELETE FROM suppressions; DELETE FROM sns_messages; DELETE FROM announcements; DELETE FROM sending_budget; DELETE FROM outbox',
      ),
  }
}
