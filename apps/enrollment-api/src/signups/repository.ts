import type { Transaction } from '@coursewire/service-kit'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { tenants, users } from '../db/schema.ts'

/** What an address stands for in a tenant. */
export interface Addressee {
  /** The language of people who choose none. */
  tenantLocale: string
  account: { id: string; email: string; name: string; locale: string } | null
}

/** Returns null if there is no such tenant. */
export async function findAddressee(tx: Transaction, tenantId: string, emailKey: string): Promise<Addressee | null> {
  const [row] = await tx
    .select({ tenantLocale: tenants.locale, id: users.id, email: users.email, name: users.name, locale: users.locale })
    .from(tenants)
    .leftJoin(users, and(eq(users.tenantId, tenants.id), eq(users.emailKey, emailKey)))
    .where(eq(tenants.id, tenantId))
  if (!row) return null
  const { tenantLocale, id, email, name, locale } = row
  // An erased account has no address, so all of this is there if anything is.
  const isKnown = id !== null && email !== null && name !== null && locale !== null
  return { tenantLocale, account: isKnown ? { id, email, name, locale } : null }
}

/** Marks the address of an account as confirmed. Returns false if it has another address by now, or is disabled. */
export async function verifyUser(
  tx: Transaction,
  { tenantId, id, emailKey }: { tenantId: string; id: string; emailKey: string },
): Promise<boolean> {
  const { rowCount } = await tx
    .update(users)
    .set({ verifiedAt: sql`coalesce(${users.verifiedAt}, now())`, updatedAt: sql`now()` })
    .where(and(eq(users.tenantId, tenantId), eq(users.id, id), eq(users.emailKey, emailKey), isNull(users.disabledAt)))
  return rowCount === 1
}
