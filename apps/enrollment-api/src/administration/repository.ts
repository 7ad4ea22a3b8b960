import type { Database, Transaction } from '@coursewire/service-kit'
import { and, desc, eq, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import { v7 as uuidv7 } from 'uuid'
import { findUser } from '../accounts/repository.ts'
import { recipientOf } from '../accounts/requests.ts'
import { accountChanges, accountRequests, isPendingSignup, isSpecial, users } from '../db/schema.ts'
import type { Account, AccountChange, AccountRole } from './account.ts'

export type AccountFilter = {
  /** The beginning of a name or of an address. */
  text?: string | undefined
  status?: Account['status'] | undefined
  role?: AccountRole | undefined
}
export type Page = { before?: string | undefined; limit: number }
export type RecordedChange = { id: string; changedBy: string; changedAt: string; change: AccountChange }

const statusOfUser = sql<Account['status']>`CASE WHEN ${users.disabledAt} IS NOT NULL THEN 'disabled'
  WHEN ${users.verifiedAt} IS NULL THEN 'unverified' ELSE 'active' END`
const isPending = and(isPendingSignup(accountRequests), sql`${accountRequests.expiresAt} > now()`)

function selectUsers(db: Database | Transaction, where: (SQL | undefined)[], limit: number) {
  const account = {
    id: users.id,
    email: sql<string>`${users.email}`.as('email'),
    name: sql<string>`${users.name}`.as('name'),
    locale: sql<string>`${users.locale}`.as('locale'),
    roles: sql<AccountRole[]>`${users.roles}`.as('roles'),
    status: statusOfUser.as('status'),
    createdAt: users.createdAt,
  }
  return db
    .select(account)
    .from(users)
    .where(and(isNull(users.erasedAt), ...where))
    .orderBy(desc(users.id))
    .limit(limit)
}

function selectPending(db: Database | Transaction, where: (SQL | undefined)[], limit: number) {
  const account = {
    id: accountRequests.accountId,
    email: sql<string>`${accountRequests.email}`.as('email'),
    name: sql<string>`${accountRequests.name}`.as('name'),
    locale: sql<string>`${accountRequests.locale}`.as('locale'),
    roles: sql<AccountRole[]>`'{student}'::text[]`.as('roles'),
    status: sql<Account['status']>`'pending'`.as('status'),
    createdAt: accountRequests.createdAt,
  }
  return db
    .select(account)
    .from(accountRequests)
    .where(and(isPending, ...where))
    .orderBy(desc(accountRequests.accountId))
    .limit(limit)
}

/** Whether the name or the address begins with the text. The indexes of both can be used. */
function beginsWith(text: string | undefined, { name, emailKey }: { name: SQL; emailKey: SQL }): SQL | undefined {
  if (text === undefined) return undefined
  const pattern = `${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return or(sql`lower(${name}) LIKE lower(${pattern})`, sql`${emailKey} LIKE lower(${pattern})`)
}

/** The accounts of a tenant and its pending sign-ups, latest id first. Reads them in one statement: a sign-up may just become an account. */
export async function listAccounts(
  db: Database,
  tenantId: string,
  { text, status, role }: AccountFilter,
  { before, limit }: Page,
): Promise<Account[]> {
  const ofUsers = [
    eq(users.tenantId, tenantId),
    before === undefined ? undefined : lt(users.id, before),
    beginsWith(text, { name: sql`${users.name}`, emailKey: sql`${users.emailKey}` }),
    status && sql`${statusOfUser} = ${status}`,
    role && sql`${users.roles} @> ARRAY[${role}]`,
    // Says the same again in the words of an index.
    (role ?? 'student') === 'student' && (status ?? 'active') === 'active' ? undefined : isSpecial(users),
  ]
  const ofPending = [
    eq(accountRequests.tenantId, tenantId),
    before === undefined ? undefined : lt(accountRequests.accountId, before),
    beginsWith(text, { name: sql`${accountRequests.name}`, emailKey: sql`${accountRequests.emailKey}` }),
    role && sql`${role} = 'student'`,
  ]
  if (status === 'pending') return selectPending(db, ofPending, limit)
  if (status !== undefined) return selectUsers(db, ofUsers, limit)
  return unionAll(selectUsers(db, ofUsers, limit), selectPending(db, ofPending, limit))
    .orderBy(sql`id DESC`)
    .limit(limit)
}

/** Finds an account, or a pending sign-up by the id that its account is going to have. */
export async function findAccount(db: Database | Transaction, tenantId: string, id: string): Promise<Account | null> {
  const [user] = await selectUsers(db, [eq(users.tenantId, tenantId), eq(users.id, id)], 1)
  if (user) return user
  const isTheirs = and(eq(accountRequests.tenantId, tenantId), eq(accountRequests.accountId, id))
  const [pending] = await selectPending(db, [isTheirs], 1)
  return pending ?? null
}

/** Finds the parts of the mail that confirms the address of an account. Resolves to null if there is no such account or nothing to confirm. */
export async function findUnconfirmed(db: Database | Transaction, tenantId: string, accountId: string) {
  const { email, emailKey, name, locale, passwordHash, pendingCourseId } = accountRequests
  const isTheirs = and(eq(accountRequests.tenantId, tenantId), eq(accountRequests.accountId, accountId))
  const [signup] = await db
    .select({ email, emailKey, name, locale, passwordHash, pendingCourseId })
    .from(accountRequests)
    .where(and(isTheirs, isPending))
  if (signup) return { ...signup, accountId }

  const user = await findUser(db, tenantId, accountId)
  return user?.verifiedAt === null && user.disabledAt === null ? recipientOf(user) : null
}

/** Whether anybody else can administrate the tenant. */
export async function hasOtherAdmin(tx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const isActive = and(eq(users.tenantId, tenantId), isNull(users.disabledAt), isNull(users.erasedAt))
  const isAdmin = and(sql`${users.roles} @> '{admin}'`, isSpecial(users))
  return (await tx.$count(users, and(isActive, isAdmin, ne(users.id, id)))) > 0
}

export async function insertChange(
  tx: Transaction,
  entry: { tenantId: string; accountId: string; changedBy: string; change: AccountChange },
): Promise<void> {
  await tx.insert(accountChanges).values({ ...entry, id: uuidv7() })
}

/** The changes of an account, latest first. */
export async function listChanges(
  db: Database,
  tenantId: string,
  accountId: string,
  { before, limit }: Page,
): Promise<RecordedChange[]> {
  const { id, changedBy, changedAt, change } = accountChanges
  const ofAccount = and(eq(accountChanges.tenantId, tenantId), eq(accountChanges.accountId, accountId))
  return db
    .select({ id, changedBy, changedAt, change })
    .from(accountChanges)
    .where(and(ofAccount, before === undefined ? undefined : lt(id, before)))
    .orderBy(desc(id))
    .limit(limit)
}
