import type { Database, Transaction } from '@coursewire/service-kit'
import { and, eq, getTableColumns, inArray, isNull, sql } from 'drizzle-orm'
import { accountRequests } from '../db/schema.ts'

export type AccountRequest = Omit<typeof accountRequests.$inferSelect, 'endedAt'> & {
  /** Neither used, replaced nor expired, by the clock of the database. */
  isOpen: boolean
}
export type Purpose = AccountRequest['purpose']
export type NewRequest = Omit<typeof accountRequests.$inferInsert, 'createdAt' | 'expiresAt' | 'endedAt'>
/** The owner of requests: an account that they are about, or an address that they go to, in the form in which addresses are compared. */
export type Owner = { tenantId: string } & ({ accountId: string } | { emailKey: string })

const { endedAt, ...columns } = getTableColumns(accountRequests)
const isOpen = sql<boolean>`${endedAt} IS NULL AND ${accountRequests.expiresAt} > now()`

function ofOwner(owner: Owner) {
  const isTheirs =
    'accountId' in owner ? eq(accountRequests.accountId, owner.accountId) : eq(accountRequests.emailKey, owner.emailKey)
  return and(eq(accountRequests.tenantId, owner.tenantId), isTheirs)
}

/**
 * Makes everybody else who calls this with the same address wait for the end of the transaction. There may be no row to lock: whoever signs
 * up, or confirms an address, must not overlook that somebody else is just doing so.
 */
export async function lockAddress(tx: Transaction, tenantId: string, emailKey: string): Promise<void> {
  const address = JSON.stringify([tenantId, emailKey])
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('coursewire.address'), hashtext(${address}))`)
}

export async function findRequest(db: Database | Transaction, id: string): Promise<AccountRequest | null> {
  const [request] = await db
    .select({ ...columns, isOpen })
    .from(accountRequests)
    .where(eq(accountRequests.id, id))
  return request ?? null
}

export async function insertRequest(tx: Transaction, request: NewRequest, lifetimeHours: number): Promise<void> {
  const expiresAt = sql`now() + make_interval(hours => ${lifetimeHours}::integer)`
  await tx.insert(accountRequests).values({ ...request, expiresAt })
}

/** A request that has ended needs no password any more. */
const ended = { endedAt: sql`now()`, passwordHash: null }

/** Returns false if the request is not open, or no longer open, because another transaction was faster. */
export async function endRequest(tx: Transaction, id: string): Promise<boolean> {
  const { rowCount } = await tx
    .update(accountRequests)
    .set(ended)
    .where(and(eq(accountRequests.id, id), isOpen))
  return rowCount === 1
}

/** Ends all open requests of the owner that have one of these purposes. */
export async function endRequests(tx: Transaction, owner: Owner, purposes: readonly Purpose[]): Promise<void> {
  await tx
    .update(accountRequests)
    .set(ended)
    .where(and(ofOwner(owner), inArray(accountRequests.purpose, [...purposes]), isNull(endedAt)))
}

/** Deletes all requests of the owner, ended ones too. */
export async function deleteRequests(tx: Transaction, owner: Owner): Promise<void> {
  await tx.delete(accountRequests).where(ofOwner(owner))
}
