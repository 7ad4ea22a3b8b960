import type { Caller, Transaction } from '@coursewire/service-kit'
import { and, asc, eq, getTableColumns, isNull, or } from 'drizzle-orm'
import {
  accountChanges,
  accountRequests,
  enrollments,
  sessions,
  subscribers,
  subscriptions,
  users,
} from '../db/schema.ts'

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
  // News need no account, so they belong to the address.
  const emailKey = found.emailKey ?? ''
  const isNewsToThem = and(eq(accountRequests.purpose, 'news_confirmation'), eq(accountRequests.emailKey, emailKey))
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
      .where(and(eq(accountRequests.tenantId, tenantId), or(eq(accountRequests.accountId, id), isNewsToThem)))
      .orderBy(asc(accountRequests.id)),
    subscriptions: await tx
      .select({ ...getTableColumns(subscriptions), email: subscribers.email, locale: subscribers.locale })
      .from(subscriptions)
      .innerJoin(
        subscribers,
        and(eq(subscribers.tenantId, subscriptions.tenantId), eq(subscribers.id, subscriptions.subscriberId)),
      )
      .where(and(eq(subscribers.tenantId, tenantId), eq(subscribers.emailKey, emailKey)))
      .orderBy(asc(subscriptions.confirmedAt), asc(subscriptions.value)),
    changes: await changesOf(accountChanges.accountId),
    changesMade: await changesOf(accountChanges.changedBy),
  }
}

export type PersonalData = NonNullable<Awaited<ReturnType<typeof readPersonalData>>>
