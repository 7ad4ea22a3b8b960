import type { Caller, Transaction } from '@coursewire/service-kit'
import { and, asc, eq, getTableColumns, isNull } from 'drizzle-orm'
import { accountChanges, accountRequests, enrollments, sessions, users } from '../db/schema.ts'

/**
 * Reads every row of this service about a person. The schema of the answer leaves out hashes, and what only serves the database. Returns null
 * if the account is erased.
 */
export async function readPersonalData(tx: Transaction, { tenantId, id }: Caller) {
  const isTheirs = and(eq(users.tenantId, tenantId), eq(users.id, id), isNull(users.erasedAt))
  const [found] = await tx.select().from(users).where(isTheirs)
  if (!found) return null
  const changesOf = (column: typeof accountChanges.accountId | typeof accountChanges.changedBy) =>
    tx
      .select()
      .from(accountChanges)
      .where(and(eq(accountChanges.tenantId, tenantId), eq(column, id)))
      .orderBy(asc(accountChanges.id))
  return {
    account: found,
    sessions: await tx
      .select()
      .from(sessions)
      .where(and(eq(sessions.tenantId, tenantId), eq(sessions.userId, id)))
      .orderBy(asc(sessions.createdAt)),
    enrollments: await tx
      .select()
      .from(enrollments)
      .where(and(eq(enrollments.tenantId, tenantId), eq(enrollments.userId, id)))
      .orderBy(asc(enrollments.createdAt)),
    requests: await tx
      .select({ ...getTableColumns(accountRequests), pendingEnrollmentCourseId: accountRequests.pendingCourseId })
      .from(accountRequests)
      .where(and(eq(accountRequests.tenantId, tenantId), eq(accountRequests.accountId, id)))
      .orderBy(asc(accountRequests.id)),
    changes: await changesOf(accountChanges.accountId),
    changesMade: await changesOf(accountChanges.changedBy),
  }
}

export type PersonalData = NonNullable<Awaited<ReturnType<typeof readPersonalData>>>
