import type { Database, Transaction } from '@coursewire/service-kit'
import { and, asc, eq, inArray, lte, ne, type SQL, sql } from 'drizzle-orm'
import { emails } from '../db/schema.ts'
import { type Email, type Outcome, retryDelaySeconds } from './email.ts'

const now = sql`now()`
const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`

/** Writes the mails that are not in the ledger yet: whoever tells of an enrolment again changes nothing. */
export async function insertEmails(tx: Transaction, owed: (typeof emails.$inferInsert)[]): Promise<void> {
  await tx.insert(emails).values(owed).onConflictDoNothing()
}

/**
 * Takes due mails for preparation. Nothing is claimed by that: they stay pending, and fall due again when nobody settles
 * them in time, so that several workers share the work and a dead one leaves nothing behind.
 */
export async function reserveDue(db: Database, limit: number, seconds: number): Promise<Email[]> {
  const due = db
    .select({ id: emails.id })
    .from(emails)
    .where(and(eq(emails.status, 'pending'), lte(emails.dueAt, now)))
    .orderBy(asc(emails.dueAt))
    .limit(limit)
    .for('update', { skipLocked: true })
  return (
    db
      .update(emails)
      .set({ dueAt: inSeconds(seconds) })
      // As an array: a plain IN may be planned to run, and lock, more than once.
      .where(sql`${emails.id} = ANY (ARRAY (${due}))`)
      .returning({
        id: emails.id,
        tenantId: emails.tenantId,
        studentId: emails.studentId,
        courseId: emails.courseId,
        source: emails.source,
        correlationId: emails.correlationId,
        attempt: emails.attempt,
        failures: emails.failures,
        isOld: sql<boolean>`${emails.createdAt} < now() - interval '1 day'`,
      })
  )
}

/** Claims a mail for its next attempt, unless somebody else was faster. Committed when this resolves. */
export async function claim(db: Database, { id, attempt }: Email): Promise<boolean> {
  const claimed = await db
    .update(emails)
    .set({ status: 'sending', attempt: attempt + 1, claimedAt: now, updatedAt: now })
    .where(and(eq(emails.id, id), eq(emails.attempt, attempt), eq(emails.status, 'pending')))
    .returning({ id: emails.id })
  return claimed.length === 1
}

/**
 * Writes what became of an attempt, also over an `unknown` that was written meanwhile. False when the mail has gone on to
 * another attempt, or was sent.
 */
export async function settle(
  db: Database,
  { id, attempt, failures }: Pick<Email, 'id' | 'attempt' | 'failures'>,
  outcome: Outcome,
): Promise<boolean> {
  const settled = await db
    .update(emails)
    .set({
      status: outcome.status,
      updatedAt: now,
      reason: outcome.status === 'sent' ? null : outcome.reason,
      ...(outcome.status === 'sent' && { messageId: outcome.messageId }),
      ...(outcome.status === 'pending' && {
        failures: failures + 1,
        dueAt: inSeconds(retryDelaySeconds(failures + 1)),
      }),
    })
    .where(and(eq(emails.id, id), eq(emails.attempt, attempt), ne(emails.status, 'sent')))
    .returning({ id: emails.id })
  return settled.length === 1
}

/** Gives up waiting for the owners of old attempts. Their mails may have been sent or not, so nothing sends them again. */
export async function markUnknown(db: Database, afterSeconds: number) {
  return db
    .update(emails)
    .set({ status: 'unknown', reason: 'the worker was lost before it recorded an answer', updatedAt: now })
    .where(
      and(eq(emails.status, 'sending'), lte(emails.claimedAt, sql`now() - make_interval(secs => ${afterSeconds})`)),
    )
    .returning({ id: emails.id, tenantId: emails.tenantId, studentId: emails.studentId, attempt: emails.attempt })
}

/** Puts a mail that was not sent, as far as we know, back in the queue. False when there is none in such a state. */
export async function resend(db: Database, id: string): Promise<boolean> {
  const resent = await db
    .update(emails)
    .set({ status: 'pending', failures: 0, dueAt: now, updatedAt: now })
    .where(and(eq(emails.id, id), inArray(emails.status, ['unknown', 'failed'])))
    .returning({ id: emails.id })
  return resent.length === 1
}

/** The figures to alarm on. */
export async function measureBacklog(db: Database): Promise<{ unknown: number; oldestPendingSeconds: number }> {
  const inStatus = (status: string): SQL => sql`FROM ${emails} WHERE status = ${status}`
  const { rows } = await db.execute<{ unknown: number; oldest: number }>(sql`
    SELECT (SELECT count(*)::int ${inStatus('unknown')}) AS unknown,
           coalesce(extract(epoch FROM now() - (SELECT min(created_at) ${inStatus('pending')})), 0)::float8 AS oldest`)
  return { unknown: rows[0]?.unknown ?? 0, oldestPendingSeconds: rows[0]?.oldest ?? 0 }
}
