import type { Database, Transaction } from '@coursewire/service-kit'
import { and, desc, eq, inArray, lt, or, sql } from 'drizzle-orm'
import { refreshTokens, serviceClients, users } from '../db/schema.ts'

export type User = Omit<typeof users.$inferSelect, 'createdAt' | 'updatedAt'>
export type ServiceClient = Omit<typeof serviceClients.$inferSelect, 'createdAt' | 'updatedAt'>

const touched = { updatedAt: sql`now()` }
const byEmail = (tenantId: string, email: string) => and(eq(users.tenantId, tenantId), eq(users.email, email))

export async function findUser(db: Database, tenantId: string, id: string): Promise<User | null> {
  const [user] = await db
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, id)))
  return user ?? null
}

export async function findUserByEmail(db: Database, tenantId: string, email: string): Promise<User | null> {
  const [user] = await db.select().from(users).where(byEmail(tenantId, email))
  return user ?? null
}

export async function lockUserByEmail(tx: Transaction, tenantId: string, email: string): Promise<User | null> {
  const [user] = await tx.select().from(users).where(byEmail(tenantId, email)).for('update')
  return user ?? null
}

/** Returns false if the tenant already has a user with this address. */
export async function insertUser(tx: Transaction, user: User): Promise<boolean> {
  const { rowCount } = await tx
    .insert(users)
    .values(user)
    .onConflictDoNothing({ target: [users.tenantId, users.email] })
  return rowCount === 1
}

/** Also signs the user out everywhere, because a new password or new roles must take effect at once. */
export async function updateUser(tx: Transaction, { tenantId, id, ...changes }: User): Promise<void> {
  await tx
    .update(users)
    .set({ ...changes, ...touched })
    .where(and(eq(users.tenantId, tenantId), eq(users.id, id)))
  await tx.delete(refreshTokens).where(and(eq(refreshTokens.tenantId, tenantId), eq(refreshTokens.userId, id)))
}

/** Stores a token. Deletes the user's expired tokens, and the oldest ones beyond `atMost`. */
export async function insertRefreshToken(
  db: Database,
  token: Pick<typeof refreshTokens.$inferInsert, 'tokenHash' | 'familyId' | 'tenantId' | 'userId'>,
  { lifetimeDays, atMost }: { lifetimeDays: number; atMost: number },
): Promise<void> {
  const { tenantId, userId } = token
  const beyondLatest = db
    .select({ tokenHash: refreshTokens.tokenHash })
    .from(refreshTokens)
    .where(and(eq(refreshTokens.tenantId, tenantId), eq(refreshTokens.userId, userId)))
    .orderBy(desc(refreshTokens.issuedAt))
    .offset(atMost - 1)
  await db
    .delete(refreshTokens)
    .where(
      and(
        eq(refreshTokens.tenantId, tenantId),
        eq(refreshTokens.userId, userId),
        or(lt(refreshTokens.expiresAt, sql`now()`), inArray(refreshTokens.tokenHash, beyondLatest)),
      ),
    )
  await db
    .insert(refreshTokens)
    .values({ ...token, expiresAt: sql`now() + make_interval(days => ${lifetimeDays}::integer)` })
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
