import type { Caller, Transaction } from '@coursewire/service-kit'
import { and, asc, eq, isNull } from 'drizzle-orm'
import { accountChanges, accountRequests, enrollments, sessions, users } from '../db/schema.ts'

const account = {
  id: users.id,
  email: users.email,
  name: users.name,
  locale: users.locale,
  roles: users.roles,
  verifiedAt: users.verifiedAt,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
}
const session = {
  id: sessions.id,
  browser: sessions.browser,
  system: sessions.system,
  createdAt: sessions.createdAt,
  lastUsedAt: sessions.lastUsedAt,
  expiresAt: sessions.expiresAt,
}
const request = {
  id: accountRequests.id,
  purpose: accountRequests.purpose,
  email: accountRequests.email,
  name: accountRequests.name,
  locale: accountRequests.locale,
  pendingEnrollmentCourseId: accountRequests.pendingCourseId,
  createdAt: accountRequests.createdAt,
  expiresAt: accountRequests.expiresAt,
  endedAt: accountRequests.endedAt,
}
const enrollment = {
  id: enrollments.id,
  courseId: enrollments.courseId,
  enrollmentType: enrollments.enrollmentType,
  source: enrollments.source,
  paymentStatus: enrollments.paymentStatus,
  progress: enrollments.progress,
  completed: enrollments.completed,
  activation: enrollments.activation,
  distributionId: enrollments.distributionId,
  ctaType: enrollments.ctaType,
  enrolledAt: enrollments.enrolledAt,
  cancelledAt: enrollments.cancelledAt,
  cancellationReason: enrollments.cancellationReason,
  cancellationComment: enrollments.cancellationComment,
  createdAt: enrollments.createdAt,
  updatedAt: enrollments.updatedAt,
}
const change = {
  accountId: accountChanges.accountId,
  changedBy: accountChanges.changedBy,
  change: accountChanges.change,
  changedAt: accountChanges.changedAt,
}

/** Everything that this service stores about a person, but the hashes of their secrets. Returns null if the account is erased. */
export async function readPersonalData(tx: Transaction, { tenantId, id }: Caller) {
  const isTheirs = and(eq(users.tenantId, tenantId), eq(users.id, id), isNull(users.erasedAt))
  const [found] = await tx.select(account).from(users).where(isTheirs)
  if (!found) return null
  const changesOf = (column: typeof accountChanges.accountId | typeof accountChanges.changedBy) =>
    tx
      .select(change)
      .from(accountChanges)
      .where(and(eq(accountChanges.tenantId, tenantId), eq(column, id)))
      .orderBy(asc(accountChanges.id))
  return {
    account: found,
    sessions: await tx
      .select(session)
      .from(sessions)
      .where(and(eq(sessions.tenantId, tenantId), eq(sessions.userId, id)))
      .orderBy(asc(sessions.createdAt)),
    enrollments: await tx
      .select(enrollment)
      .from(enrollments)
      .where(and(eq(enrollments.tenantId, tenantId), eq(enrollments.userId, id)))
      .orderBy(asc(enrollments.createdAt)),
    requests: await tx
      .select(request)
      .from(accountRequests)
      .where(and(eq(accountRequests.tenantId, tenantId), eq(accountRequests.accountId, id)))
      .orderBy(asc(accountRequests.id)),
    changes: await changesOf(accountChanges.accountId),
    changesMade: await changesOf(accountChanges.changedBy),
  }
}

export type PersonalData = NonNullable<Awaited<ReturnType<typeof readPersonalData>>>
