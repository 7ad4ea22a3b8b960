import type { Database, Transaction } from '@coursewire/service-kit'
import { and, asc, eq, inArray, lte, ne, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { emails } from '../db/schema.ts'
import { type Email, type Outcome, retryDelaySeconds } from './email.ts'

const now = sql`now()`
const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`

/** Writes the mails that are not in the ledger yet: whoever tells of an enrolment again changes nothing. */
export async function insertEmails(tx: Transaction, owed: (typeof emails.$inferInsert)[]): Promise<void> {
  await tx.insert(emails).values(owed).onConflictDoNothing()
}

const id = sql.placeholder('id')
const attempt = sql.placeholder('attempt')

/** The statements of each mail: making and planning them anew takes longer than running them. */
function prepareStatements(db: Database) {
  const due = db
    .select({ id: emails.id })
    .from(emails)
    .where(and(eq(emails.status, 'pending'), lte(emails.dueAt, now)))
    .orderBy(asc(emails.dueAt))
    .limit(sql.placeholder('limit'))
    .for('update', { skipLocked: true })
  return {
    reserve: db
      .update(emails)
      .set({ dueAt: sql`now() + make_interval(secs => ${sql.placeholder('seconds')})` })
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
      .prepare('reserve-emails'),
    claim: db
      .update(emails)
      .set({ status: 'sending', attempt: sql`${emails.attempt} + 1`, claimedAt: now, updatedAt: now })
      .where(and(eq(emails.id, id), eq(emails.attempt, attempt), eq(emails.status, 'pending')))
      .returning({ id: emails.id })
      .prepare('claim-email'),
    settleSent: db
      .update(emails)
      .set({ status: 'sent', reason: null, messageId: sql`${sql.placeholder('messageId')}`, updatedAt: now })
      .where(isAttemptNotSent({ id, attempt }))
      .returning({ id: emails.id })
      .prepare('settle-sent-email'),
  }
}

const prepared = new WeakMap<Database, ReturnType<typeof prepareStatements>>()

function statementsOf(db: Database) {
  const known = prepared.get(db)
  if (known) return known
  const statements = prepareStatements(db)
  prepared.set(db, statements)
  return statements
}

const isAttemptNotSent = (email: { id: string | Placeholder; attempt: number | Placeholder }) =>
  and(eq(emails.id, email.id), eq(emails.attempt, email.attempt), ne(emails.status, 'sent'))

/**
 * Takes due mails for preparation. Nothing is claimed by that: they stay pending, and fall due again when nobody settles
 * them in time, so that several workers share the work and a dead one leaves nothing behind.
 */
export function reserveDue(db: Database, limit: number, seconds: number): Promise<Email[]> {
  return statementsOf(db).reserve.execute({ limit, seconds })
}

/** Claims a mail for its next attempt, unless somebody else was faster. Committed when this resolves. */
export async function claim(db: Database, email: Pick<Email, 'id' | 'attempt'>): Promise<boolean> {
  const claimed = await statementsOf(db).claim.execute({ id: email.id, attempt: email.attempt })
  return claimed.length === 1
}

/**
 * Writes what became of an attempt, also over an `unknown` that was written meanwhile. False when the mail has gone on to
 * another attempt, or was sent.
 */
export async function settle(
  db: Database,
  email: Pick<Email, 'id' | 'attempt' | 'failures'>,
  outcome: Outcome,
): Promise<boolean> {
  if (outcome.status === 'sent') {
    const { messageId } = outcome
    const sent = await statementsOf(db).settleSent.execute({ id: email.id, attempt: email.attempt, messageId })
    return sent.length === 1
  }
  const failures = email.failures + 1
  const settled = await db
    .update(emails)
    .set({
      status: outcome.status,
      updatedAt: now,
      reason: outcome.reason,
      ...(outcome.status === 'pending' && { failures, dueAt: inSeconds(retryDelaySeconds(failures)) }),
    })
    .where(isAttemptNotSent(email))
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

const isUnsent = inArray(emails.status, ['unknown', 'failed'])

/** How many of the mails were not sent, as far as we know. */
export function countUnsent(db: Database, which: SQL | undefined): Promise<number> {
  return db.$count(emails, and(which, isUnsent))
}

/** Puts those of the mails that were not sent, as far as we know, back in the queue; returns their ids. */
export async function resend(db: Database | Transaction, which: SQL | undefined): Promise<string[]> {
  const resent = await db
    .update(emails)
    .set({ status: 'pending', failures: 0, dueAt: now, updatedAt: now })
    .where(and(which, isUnsent))
    .returning({ id: emails.id })
  return resent.map(({ id: ofResent }) => ofResent)
}

/** The condition that a mail is one of these. */
export const isOneOf = (ids: string[]): SQL => inArray(emails.id, ids)

/** The figures to alarm on. */
export async function measureBacklog(db: Database): Promise<{ unknown: number; oldestPendingSeconds: number }> {
  const inStatus = (status: string): SQL => sql`FROM ${emails} WHERE status = ${status}`
  const { rows } = await db.execute<{ unknown: number; oldest: number }>(sql`
    SELECT (SELECT count(*)::int ${inStatus('unknown')}) AS unknown,
           coalesce(extract(epoch FROM now() - (SELECT min(created_at) ${inStatus('pending')})), 0)::float8 AS oldest`)
  return { unknown: rows[0]?.unknown ?? 0, oldestPendingSeconds: rows[0]?.oldest ?? 0 }
}
