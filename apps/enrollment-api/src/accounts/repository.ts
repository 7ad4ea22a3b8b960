import type { Database, Moment, Transaction } from '@coursewire/service-kit'
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { AccountRole } from '../administration/account.ts'
import { serviceClients, userAddressKey, users } from '../db/schema.ts'

/** An account that is not erased, so nothing of it is missing. */
export interface User {
  tenantId: string
  id: string
  email: string
  emailKey: string
  name: string
  locale: string
  roles: AccountRole[]
  passwordHash: string
  verifiedAt: string | null
  disabledAt: string | null
  courseNews: boolean
  courseChanges: boolean
}
/** Everybody gets mails about their courses at first. */
export type NewUser = Omit<User, 'courseNews' | 'courseChanges'>
export type ServiceClient = Omit<typeof serviceClients.$inferSelect, 'createdAt' | 'updatedAt'>

const touched = { updatedAt: sql`now()` }
/** The database keeps these columns of an account complete until it is erased. */
const whole = {
  tenantId: users.tenantId,
  id: users.id,
  email: sql<string>`${users.email}`,
  emailKey: sql<string>`${users.emailKey}`,
  name: sql<string>`${users.name}`,
  locale: sql<string>`${users.locale}`,
  roles: users.roles,
  passwordHash: sql<string>`${users.passwordHash}`,
  verifiedAt: users.verifiedAt,
  disabledAt: users.disabledAt,
  courseNews: users.courseNews,
  courseChanges: users.courseChanges,
}
const byId = (tenantId: string, id: string) =>
  and(eq(users.tenantId, tenantId), eq(users.id, id), isNull(users.erasedAt))
const byEmail = (tenantId: string, emailKey: string) => and(eq(users.tenantId, tenantId), eq(users.emailKey, emailKey))

export async function findUser(db: Database | Transaction, tenantId: string, id: string): Promise<User | null> {
  const [user] = await db.select(whole).from(users).where(byId(tenantId, id))
  return user ?? null
}

/** Whoever enrols or leaves a course locks only the key of the account, so that only a lock for `update` makes them wait. */
export async function lockUser(
  tx: Transaction,
  tenantId: string,
  id: string,
  strength: 'no key update' | 'update' = 'no key update',
): Promise<User | null> {
  const [user] = await tx.select(whole).from(users).where(byId(tenantId, id)).for(strength)
  return user ?? null
}

export async function findUserByEmail(
  db: Database | Transaction,
  tenantId: string,
  emailKey: string,
): Promise<User | null> {
  const [user] = await db.select(whole).from(users).where(byEmail(tenantId, emailKey))
  return user ?? null
}

export async function lockUserByEmail(tx: Transaction, tenantId: string, emailKey: string): Promise<User | null> {
  const [user] = await tx.select(whole).from(users).where(byEmail(tenantId, emailKey)).for('update')
  return user ?? null
}

/** Returns false if the tenant already has a user with this address. */
export async function insertUser(tx: Transaction, user: NewUser): Promise<boolean> {
  const { rowCount } = await tx
    .insert(users)
    .values(user)
    .onConflictDoNothing({ target: [users.tenantId, users.emailKey] })
  return rowCount === 1
}

/** Signs nobody out, whatever changes. */
export async function changeUser(
  tx: Transaction,
  { tenantId, id }: Pick<User, 'tenantId' | 'id'>,
  changes: { [Field in keyof User]?: User[Field] | undefined },
): Promise<void> {
  await tx
    .update(users)
    .set({ ...changes, ...touched })
    .where(byId(tenantId, id))
}

/** Returns false if another user of the tenant has the address. Then the transaction can only be rolled back. */
export async function changeAddress(
  tx: Transaction,
  user: User,
  address: Pick<User, 'email' | 'emailKey' | 'verifiedAt'>,
): Promise<boolean> {
  try {
    await changeUser(tx, user, address)
    return true
  } catch (error) {
    const { cause } = error as { cause?: { constraint?: string } }
    if (cause?.constraint === userAddressKey) return false
    throw error
  }
}

/** Takes everything from the account but its id and when things happened to it. */
export async function eraseUser(tx: Transaction, { tenantId, id }: User, erasedAt: Moment): Promise<void> {
  const nothing = { email: null, emailKey: null, name: null, locale: null, passwordHash: null, roles: [] }
  const byDefault = { courseNews: true, courseChanges: true }
  await tx
    .update(users)
    .set({ ...nothing, ...byDefault, erasedAt, ...touched })
    .where(byId(tenantId, id))
}

export async function isErased(db: Database, tenantId: string, id: string): Promise<boolean> {
  const isTheirs = and(eq(users.tenantId, tenantId), eq(users.id, id))
  return (await db.$count(users, and(isTheirs, isNotNull(users.erasedAt)))) > 0
}

/** Does the work, and undoes it unless it is to be kept: with as many statements, and a commit that writes as much. */
export async function keepIf(tx: Transaction, isKept: boolean, work: () => Promise<void>): Promise<void> {
  await tx.execute(sql`SAVEPOINT work`)
  await work()
  await tx.execute(isKept ? sql`RELEASE SAVEPOINT work` : sql`ROLLBACK TO SAVEPOINT work`)
}

export async function findClient(db: Database, id: string): Promise<ServiceClient | null> {
  const [client] = await db.select().from(serviceClients).where(eq(serviceClients.id, id))
  return client ?? null
}

export async function lockClient(tx: Transaction, id: string): Promise<ServiceClient | null> {
  const [client] = await tx.select().from(serviceClients).where(eq(serviceClients.id, id)).for('update')
  return client ?? null
}

/** Returns false if there already is a client with this id. */
export async function insertClient(tx: Transaction, client: ServiceClient): Promise<boolean> {
  const { rowCount } = await tx.insert(serviceClients).values(client).onConflictDoNothing()
  return rowCount === 1
}

export async function updateClient(tx: Transaction, { id, ...changes }: ServiceClient): Promise<void> {
  await tx
    .update(serviceClients)
    .set({ ...changes, ...touched })
    .where(eq(serviceClients.id, id))
}
