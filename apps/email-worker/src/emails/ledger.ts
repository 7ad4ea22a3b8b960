import type { Database } from '@coursewire/service-kit'
import { and, desc, eq, gte, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { emails, type statuses } from '../db/schema.ts'

export interface LedgerFilter {
  status?: (typeof statuses)[number] | undefined
  tenant?: string | undefined
  /** A moment in ISO 8601. */
  since?: string | undefined
  limit: number
}

const toIso = (column: AnyPgColumn) =>
  sql<string | null>`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const entry = {
  id: emails.id,
  status: emails.status,
  createdAt: toIso(emails.createdAt),
  updatedAt: toIso(emails.updatedAt),
  tenantId: emails.tenantId,
  studentId: emails.studentId,
  courseId: emails.courseId,
  activation: emails.activation,
  template: emails.template,
  source: emails.source,
  attempt: emails.attempt,
  failures: emails.failures,
  dueAt: toIso(emails.dueAt),
  claimedAt: toIso(emails.claimedAt),
  messageId: emails.messageId,
  reason: emails.reason,
  eventId: emails.eventId,
  correlationId: emails.correlationId,
}

/** The newest mails first. */
export function listEmails(db: Database, { status, tenant, since, limit }: LedgerFilter) {
  const conditions: (SQL | undefined)[] = [
    status && eq(emails.status, status),
    tenant === undefined ? undefined : eq(emails.tenantId, tenant),
    since === undefined ? undefined : gte(emails.createdAt, since),
  ]
  return db
    .select(entry)
    .from(emails)
    .where(and(...conditions))
    .orderBy(desc(emails.createdAt), desc(emails.id))
    .limit(limit)
}

export async function findEmail(db: Database, id: string) {
  const [found] = await db.select(entry).from(emails).where(eq(emails.id, id))
  return found ?? null
}

export type LedgerEntry = Awaited<ReturnType<typeof listEmails>>[number]
