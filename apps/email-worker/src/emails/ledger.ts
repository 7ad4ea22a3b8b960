import type { Database, Transaction } from '@coursewire/service-kit'
import { and, asc, desc, eq, gte, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { emailHistory, emails, type statuses, suppressions } from '../db/schema.ts'

export interface LedgerFilter {
  status?: (typeof statuses)[number] | undefined
  tenant?: string | undefined
  /** The id of an account. */
  recipient?: string | undefined
  template?: string | undefined
  course?: string | undefined
  /** A part of the reason; upper and lower case do not matter. */
  reason?: string | undefined
  /** A moment in ISO 8601. */
  since?: string | undefined
}

/** Builds the condition that a mail matches the filter. */
export function matches({ status, tenant, recipient, template, course, reason, since }: LedgerFilter): SQL | undefined {
  return and(
    status && eq(emails.status, status),
    tenant === undefined ? undefined : eq(emails.tenantId, tenant),
    recipient === undefined ? undefined : eq(emails.recipient, recipient),
    template === undefined ? undefined : eq(emails.template, template),
    course === undefined ? undefined : eq(emails.fact, course),
    reason === undefined ? undefined : sql`strpos(lower(${emails.reason}), lower(${reason})) > 0`,
    since === undefined ? undefined : gte(emails.createdAt, since),
  )
}

const entry = {
  id: emails.id,
  status: emails.status,
  createdAt: emails.createdAt,
  updatedAt: emails.updatedAt,
  tenantId: emails.tenantId,
  template: emails.template,
  recipient: emails.recipient,
  fact: emails.fact,
  activation: emails.activation,
  source: emails.source,
  attempt: emails.attempt,
  failures: emails.failures,
  dueAt: emails.dueAt,
  claimedAt: emails.claimedAt,
  messageId: emails.messageId,
  sentBytes: emails.sentBytes,
  sentSha256: emails.sentSha256,
  reason: emails.reason,
  changedBy: emails.changedBy,
  withdrawn: emails.withdrawn,
  eventId: emails.eventId,
  correlationId: emails.correlationId,
  traceparent: emails.traceparent,
  announcementId: emails.announcementId,
}

/** Lists mails, newest first, those before the id `before` if it is given. */
export function listEmails(
  db: Database,
  { limit, before, ...filter }: LedgerFilter & { limit: number; before?: string | undefined },
) {
  return (
    db
      .select(entry)
      .from(emails)
      .where(and(matches(filter), before === undefined ? undefined : lt(emails.id, before)))
      // Ids grow with time.
      .orderBy(desc(emails.id))
      .limit(limit)
  )
}

/** Lists what a person sees of the mails to them, newest first. Mails that were withdrawn are nothing to them. */
export function listOwnEmails(
  db: Database,
  person: { tenantId: string; id: string },
  { before, limit }: { before?: string | undefined; limit: number },
) {
  const { id, template, fact, status, createdAt, updatedAt, withdrawn } = emails
  return db
    .select({ id, template, fact, status, createdAt, updatedAt })
    .from(emails)
    .where(
      and(
        matches({ tenant: person.tenantId, recipient: person.id }),
        isNull(withdrawn),
        before === undefined ? undefined : lt(id, before),
      ),
    )
    .orderBy(desc(id))
    .limit(limit)
}

/** Lists all mails to an account, oldest first, each with its history and the suppression that it led to. */
export async function listEmailsTo(db: Database, tenantId: string, recipient: string) {
  return tellAll(db, and(eq(emails.tenantId, tenantId), eq(emails.recipient, recipient)))
}

/** Finds a mail of the tenant, with its history and the suppression that it led to. */
export async function findEmailOf(db: Database, tenantId: string, id: string) {
  const [email] = await tellAll(db, and(eq(emails.tenantId, tenantId), eq(emails.id, id)))
  return email ?? null
}

async function tellAll(db: Database, which: SQL | undefined) {
  const found = await db.select(entry).from(emails).where(which).orderBy(asc(emails.createdAt), asc(emails.id))
  const ids = found.map(({ id }) => id)
  const [changes, suppressed] = await Promise.all([
    db.select().from(emailHistory).where(inArray(emailHistory.emailId, ids)).orderBy(asc(emailHistory.id)),
    db.select().from(suppressions).where(inArray(suppressions.emailId, ids)),
  ])
  return found.map((email) => ({
    ...email,
    history: changes.filter(({ emailId }) => emailId === email.id).map(toChange),
    addressSuppressedAt: suppressed.find(({ emailId }) => emailId === email.id)?.createdAt ?? null,
  }))
}

/** Returns null if no mail has the id. */
export async function findEmail(db: Database | Transaction, id: string, lock?: 'update') {
  const found = db.select(entry).from(emails).where(eq(emails.id, id))
  const [email] = await (lock ? found.for(lock) : found)
  return email ?? null
}

export type LedgerEntry = Awaited<ReturnType<typeof listEmails>>[number]

/** Lists every change of a mail, oldest first. */
export async function listHistory(db: Database, emailId: string) {
  const changes = await db
    .select()
    .from(emailHistory)
    .where(eq(emailHistory.emailId, emailId))
    .orderBy(asc(emailHistory.id))
  return changes.map(toChange)
}

const toChange = ({ id: _id, emailId: _emailId, ...change }: typeof emailHistory.$inferSelect) => change
