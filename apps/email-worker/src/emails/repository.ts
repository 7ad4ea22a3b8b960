import { appendToOutbox, toBinaryArray } from '@coursewire/messaging'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { and, eq, inArray, isNull, lte, notInArray, type SQL, sql } from 'drizzle-orm'
import { v7 as createId } from 'uuid'
import { emails, erasedAccounts, snsMessages } from '../db/schema.ts'
import {
  type Email,
  type EmailKey,
  type Failure,
  type Outcome,
  type OwedEmail,
  priorities,
  retryDelaySeconds,
} from './email.ts'
import { type Reported, report, reported, toldAfter, toTold } from './events.ts'

/** SES measures its rate in a second. */
const THROTTLED_SECONDS = 1

const now = sql`now()`
const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`

const insertStatement = `
  INSERT INTO emails (id, tenant_id, template, recipient, fact, activation, source, event_id, correlation_id, traceparent,
                      priority, status, withdrawn, reason)
  SELECT id::uuid, owed.tenant_id, template, recipient, fact, activation::int, source, event_id, correlation_id, traceparent,
         priority::smallint,
         CASE WHEN erased_at IS NULL THEN 'pending' ELSE 'failed' END,
         CASE WHEN erased_at IS NOT NULL THEN 'erased' END,
         CASE WHEN erased_at IS NOT NULL THEN 'erased' END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::text[])
       WITH ORDINALITY
       AS owed (id, tenant_id, template, recipient, fact, activation, source, event_id, correlation_id, traceparent, priority,
                position)
  LEFT JOIN erased_accounts AS erased ON (erased.tenant_id, account_id) = (owed.tenant_id, recipient)
  ORDER BY position
  ON CONFLICT DO NOTHING`

/** Adds the mails that are not yet in the ledger; those of erased accounts as withdrawn. A repeated event changes nothing. */
export async function insertEmails(tx: Transaction, owed: OwedEmail[]): Promise<void> {
  const columns = [
    owed.map(() => createId()),
    owed.map(({ tenantId }) => tenantId),
    owed.map(({ template }) => template),
    owed.map(({ recipient }) => recipient),
    owed.map(({ fact }) => fact),
    owed.map(({ activation }) => String(activation)),
    owed.map(({ source }) => source),
    owed.map(({ eventId }) => eventId),
    owed.map(({ correlationId }) => correlationId),
    owed.map(({ traceparent }) => traceparent),
    owed.map(({ priority }) => String(priority)),
  ]
  await queryNamed(tx, {
    // Named, so that Postgres plans it once per connection.
    name: 'insert-emails',
    text: insertStatement,
    values: columns.map((column) => toBinaryArray('text', column)),
  })
}

/**
 * Ends the matching mails that were not sent. A pending one fails. One that is claimed may still be sent, but if it is not, it fails as well.
 * Returns how many were pending.
 */
async function withdraw(tx: Transaction, which: SQL | undefined, reason: string): Promise<number> {
  const ended = await tx
    .update(emails)
    .set({
      withdrawn: reason,
      changedBy: 'event',
      status: sql`CASE ${emails.status} WHEN 'pending' THEN 'failed' ELSE ${emails.status} END`,
      reason: sql`CASE ${emails.status} WHEN 'pending' THEN ${reason} ELSE ${emails.reason} END`,
      updatedAt: now,
    })
    .where(and(which, inArray(emails.status, ['pending', 'sending', 'failed', 'unknown']), isNull(emails.withdrawn)))
    .returning({ ...reported, before: sql<string>`old.status` })
  const failed = ended.filter(({ before }) => before === 'pending')
  await appendToOutbox(
    tx,
    failed.map((email) => report(email, { status: 'failed', reason: 'withdrawn' })),
  )
  return failed.length
}

/** Withdraws one mail. If it is not in the ledger yet, it is added, so that an event that arrives late does not bring it. */
export async function withdrawEmail(tx: Transaction, email: OwedEmail, reason: string): Promise<number> {
  const added = await tx
    .insert(emails)
    .values({ ...email, id: createId(), status: 'failed', withdrawn: reason, reason })
    .onConflictDoNothing()
    .returning({ id: emails.id })
  return added.length > 0 ? 0 : withdraw(tx, hasKey(email), reason)
}

const hasKey = ({ tenantId, template, recipient, fact, activation }: EmailKey) =>
  and(
    eq(emails.tenantId, tenantId),
    eq(emails.template, template),
    eq(emails.recipient, recipient),
    eq(emails.fact, fact),
    eq(emails.activation, activation),
  )

/** Withdraws all mails to an account, those that become due later too. */
export async function eraseAccount(tx: Transaction, tenantId: string, accountId: string): Promise<number> {
  await tx.insert(erasedAccounts).values({ tenantId, accountId }).onConflictDoNothing()
  return withdraw(tx, and(eq(emails.tenantId, tenantId), eq(emails.recipient, accountId)), 'erased')
}

const id = sql.placeholder('id')
const attempt = sql.placeholder('attempt')

/** Prepares the statements that run for each mail. Building and planning them each time takes longer than running them. */
function prepareStatements(db: Database) {
  return {
    claim: db
      .update(emails)
      .set({
        status: 'sending',
        attempt: sql`${emails.attempt} + 1`,
        claimedAt: now,
        changedBy: 'worker',
        updatedAt: now,
      })
      .where(
        and(
          eq(emails.id, id),
          eq(emails.attempt, attempt),
          eq(emails.status, 'pending'),
          sql`NOT EXISTS (
            SELECT FROM suppressions AS refused
            WHERE (refused.tenant_id, address_hash) = (${emails.tenantId}, ${sql.placeholder('addressHash')}))`,
        ),
      )
      .returning({ id: emails.id })
      .prepare('claim-email'),
    findById: db
      .select(reported)
      .from(emails)
      .where(sql`${emails.id} = ANY (${sql.placeholder('ids')}::text[]::uuid[])`)
      .prepare('find-emails'),
    findByMessage: db
      .select({ ...reported, messageId: emails.messageId })
      .from(emails)
      .where(sql`${emails.messageId} = ANY (${sql.placeholder('ids')}::text[])`)
      .prepare('find-emails-of-messages'),
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

// Feedback may have been faster, and then has set the id. In that case it has reported more than this.
const settleSentStatement = `
  WITH settled AS (
    UPDATE emails SET
      status = CASE WHEN message_id IS NULL THEN 'sent' ELSE status END,
      reason = CASE WHEN message_id IS NOT NULL THEN reason END,
      message_id = coalesce(message_id, $3),
      sent_bytes = $4,
      sent_sha256 = $5,
      changed_by = CASE WHEN message_id IS NULL THEN 'worker' ELSE changed_by END,
      updated_at = now()
    WHERE id = $1 AND attempt = $2 AND status <> 'sent'
    RETURNING id, status
  ), told AS (
    ${toldAfter('settled', 6)}
    WHERE status = 'sent'
  )
  SELECT FROM settled`

const reserveStatement = `
  WITH budget AS (
    SELECT per_second, coalesce(paused_until > now(), false) AS is_paused, is_news_paused,
           least(capacity, tokens + per_second * extract(epoch FROM clock_timestamp() - filled_at)) AS available
    FROM sending_budget FOR UPDATE
  ), due AS (
    SELECT id FROM emails WHERE status = 'pending' AND due_at <= now()
      AND priority < coalesce((SELECT CASE WHEN is_news_paused THEN ${priorities.news} END FROM budget), 32767)
    ORDER BY priority, due_at
    LIMIT least($1, (SELECT CASE WHEN is_paused THEN 0 ELSE floor(available) END FROM budget)::int)
    FOR UPDATE SKIP LOCKED
  ), reserved AS (
    UPDATE emails SET due_at = now() + make_interval(secs => $2) WHERE id = ANY (ARRAY (SELECT id FROM due))
    RETURNING id, tenant_id AS "tenantId", template, recipient, fact, source, event_id AS "eventId",
              correlation_id AS "correlationId", traceparent, priority, attempt, failures, announcement_id AS "announcementId",
              created_at < now() - interval '1 day' AS "isOld"
  ), spent AS (
    UPDATE sending_budget SET tokens = budget.available - (SELECT count(*) FROM reserved), filled_at = clock_timestamp()
    FROM budget RETURNING budget.per_second, sending_budget.tokens
  )
  SELECT (SELECT greatest(0, 1 - tokens) / per_second FROM spent)::float8 AS "waitSeconds", reserved.*
  FROM (SELECT) AS always LEFT JOIN reserved ON true ORDER BY priority, id`

/**
 * Takes due mails for preparation without claiming them, the most urgent first, as many as there are tokens. They stay pending and become due
 * again if nobody settles them in time. So several workers can share the work, and a dead one leaves nothing behind. `waitMs` is how long it
 * takes until there is another token; 0 also while the quota of the day is used up.
 */
export async function reserveDue(
  db: Database,
  limit: number,
  seconds: number,
): Promise<{ emails: Email[]; waitMs: number }> {
  const { rows } = await queryNamed<{ waitSeconds: number | null } & (Email | { id: null })>(db, {
    name: 'reserve-emails',
    text: reserveStatement,
    values: [limit, seconds],
  })
  const reserved = rows.flatMap(({ waitSeconds: _, ...email }) => (email.id === null ? [] : [email as Email]))
  return { emails: reserved, waitMs: (rows[0]?.waitSeconds ?? 0) * 1_000 }
}

/** Claims a mail for its next attempt unless another worker was faster. Has committed when it resolves. */
export async function claim(db: Database, email: Pick<Email, 'id' | 'attempt'>, addressHash: Buffer): Promise<boolean> {
  const claimed = await statementsOf(db).claim.execute({ id: email.id, attempt: email.attempt, addressHash })
  return claimed.length === 1
}

/** Finds the mails of events of SES: by their ids if the events name them, else by the ids that SES gave them. Null for those of others. */
export async function findReported(
  db: Database,
  events: { sendId: string | undefined; messageId: string }[],
): Promise<(Reported | null)[]> {
  const sendIds = events.flatMap(({ sendId }) => sendId ?? [])
  const messageIds = events.flatMap(({ sendId, messageId }) => (sendId === undefined ? messageId : []))
  const { findById, findByMessage } = statementsOf(db)
  const byId = sendIds.length > 0 ? await findById.execute({ ids: toBinaryArray('text', sendIds) }) : []
  const byMessage = messageIds.length > 0 ? await findByMessage.execute({ ids: toBinaryArray('text', messageIds) }) : []
  const found = new Map<string, Reported>([
    ...byId.map((email): [string, Reported] => [email.id, email]),
    ...byMessage.map(({ messageId, ...email }): [string, Reported] => [`ses ${messageId}`, email]),
  ])
  return events.map(({ sendId, messageId }) => found.get(sendId ?? `ses ${messageId}`) ?? null)
}

const isUnsettled = inArray(emails.status, ['pending', 'sending', 'unknown'])

/**
 * Records the outcome of an attempt, even if the mail has become `unknown` meanwhile, and reports it. Returns false if the mail is already
 * at another attempt, or was settled without this one: it was sent or withdrawn, or another worker has prepared it too.
 */
export async function settle(
  db: Database,
  email: Reported & Pick<Email, 'failures'>,
  outcome: Outcome,
): Promise<boolean> {
  if (outcome.status === 'sent') return settleSent(db, email, outcome)
  const isThrottled = outcome.status === 'pending' && outcome.isThrottled
  const failures = email.failures + (isThrottled ? 0 : 1)
  return db.transaction(async (tx) => {
    const [settled] = await tx
      .update(emails)
      .set({
        ...toChange(outcome),
        changedBy: 'worker',
        updatedAt: now,
        ...(outcome.status === 'pending' && {
          failures,
          dueAt: inSeconds(isThrottled ? THROTTLED_SECONDS : retryDelaySeconds(failures, outcome.remedy)),
        }),
      })
      .where(and(eq(emails.id, email.id), eq(emails.attempt, email.attempt), isUnsettled))
      .returning({ status: emails.status, withdrawn: emails.withdrawn })
    if (settled?.status === 'failed' || settled?.status === 'suppressed') {
      const reason = toFailure(outcome, settled.withdrawn)
      await appendToOutbox(tx, [report(email, { status: 'failed', reason })])
    }
    return settled !== undefined
  })
}

/** Takes one round trip, because it is on the way of every mail. */
async function settleSent(
  db: Database,
  email: Reported,
  { messageId, content }: Extract<Outcome, { status: 'sent' }>,
): Promise<boolean> {
  const { rowCount } = await queryNamed(db, {
    name: 'settle-sent-email',
    text: settleSentStatement,
    values: [
      email.id,
      email.attempt,
      messageId,
      content.bytes,
      content.sha256,
      ...toTold([{ email, news: { status: 'sent' } }]),
    ],
  })
  return rowCount === 1
}

function toFailure(outcome: Outcome, withdrawn: string | null): Failure {
  if (outcome.status === 'suppressed') return 'suppressed'
  return outcome.status === 'failed' && withdrawn === null ? outcome.failure : 'withdrawn'
}

/** A mail that was withdrawn while it was being prepared or sent is not tried again. */
function toChange({ status, reason }: Exclude<Outcome, { status: 'sent' }>) {
  if (status === 'unknown' || status === 'suppressed') return { status, reason }
  return {
    status: sql`CASE WHEN ${emails.withdrawn} IS NULL THEN ${status} ELSE 'failed' END`,
    reason: sql`coalesce(${emails.withdrawn}, ${reason})`,
  }
}

/** Stops waiting for the workers of old attempts. Their mails may or may not have been sent, so no program sends them again. */
export async function markUnknown(db: Database, afterSeconds: number) {
  return db
    .update(emails)
    .set({
      status: 'unknown',
      reason: 'the worker was lost before it recorded an answer',
      changedBy: 'worker',
      updatedAt: now,
    })
    .where(
      and(eq(emails.status, 'sending'), lte(emails.claimedAt, sql`now() - make_interval(secs => ${afterSeconds})`)),
    )
    .returning({ id: emails.id, tenantId: emails.tenantId, recipient: emails.recipient, attempt: emails.attempt })
}

/** Whether a person may have a mail sent again. SES may have accepted it before. */
const isResendable = and(notInArray(emails.status, ['pending', 'sending']), isNull(emails.withdrawn))

/** Counts the matching mails that `resend` would put back. */
export function countResendable(db: Database, which: SQL | undefined): Promise<number> {
  return db.$count(emails, and(which, isResendable))
}

/**
 * Puts the matching mails back in the queue, as far as they may still be sent: all at once, or so many in a minute. Keeps why, if that is
 * given. Returns their ids.
 */
export async function resend(
  db: Database | Transaction,
  which: SQL | undefined,
  {
    by = 'operator',
    because,
    perMinute,
  }: { by?: string; because?: string | undefined; perMinute?: number | undefined } = {},
): Promise<string[]> {
  const gapSeconds = perMinute === undefined ? 0 : 60 / perMinute
  const chosen = db
    .select({ id: emails.id, position: sql<number>`row_number() OVER (ORDER BY ${emails.id})`.as('position') })
    .from(emails)
    .where(and(which, isResendable))
    .as('chosen')
  const resent = await db
    .update(emails)
    .set({
      status: 'pending',
      failures: 0,
      // The next attempt gets another one.
      messageId: null,
      dueAt: sql`now() + make_interval(secs => ${gapSeconds}::float8 * (${chosen.position} - 1))`,
      changedBy: by,
      updatedAt: now,
      ...(because !== undefined && { reason: because }),
    })
    .from(chosen)
    .where(and(eq(emails.id, chosen.id), isResendable))
    .returning({ id: emails.id })
  return resent.map(({ id: ofResent }) => ofResent)
}

/** Builds the condition that a mail has one of these ids. */
export const isOneOf = (ids: string[]): SQL => inArray(emails.id, ids)

/** Forgets the messages of SNS that are too old to come again: no queue keeps them for longer than two weeks. */
export async function forgetSnsMessages(db: Database): Promise<void> {
  await db.delete(snsMessages).where(lte(snsMessages.takenAt, sql`now() - interval '30 days'`))
}

/** Measures what operators set alarms on. */
export async function measureBacklog(db: Database): Promise<{ unknown: number; oldestPendingSeconds: number }> {
  const inStatus = (status: string): SQL => sql`FROM ${emails} WHERE status = ${status}`
  const { rows } = await db.execute<{ unknown: number; oldest: number }>(sql`
    SELECT (SELECT count(*)::int ${inStatus('unknown')}) AS unknown,
           coalesce(extract(epoch FROM now() - (SELECT min(created_at) ${inStatus('pending')})), 0)::float8 AS oldest`)
  return { unknown: rows[0]?.unknown ?? 0, oldestPendingSeconds: rows[0]?.oldest ?? 0 }
}
