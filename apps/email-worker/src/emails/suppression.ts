import { createHmac } from 'node:crypto'
import { readAddress, toAddressKey } from '@coursewire/events'
import type { Database, Transaction } from '@coursewire/service-kit'
import { and, eq } from 'drizzle-orm'
import { suppressions } from '../db/schema.ts'

/** The state of the mail that led to a suppression. */
type Reason = 'bounced' | 'complained'

/** Hashes an address with a secret key, so that nobody can find addresses by trying them. Differences in case do not matter. */
export function hashAddress(address: string, key: string): Buffer {
  return createHmac('sha256', key)
    .update(toAddressKey(readAddress(address).address ?? address))
    .digest()
}

/** Sees to it that a tenant writes to an address no more. */
export async function suppress(
  tx: Transaction,
  suppression: { tenantId: string; emailId: string; address: string; reason: Reason; key: string },
): Promise<void> {
  const { tenantId, emailId, address, reason, key } = suppression
  await tx
    .insert(suppressions)
    .values({ tenantId, addressHash: hashAddress(address, key), reason, emailId })
    .onConflictDoNothing()
}

/** Returns null if the tenant may write to the address. */
export async function findSuppression(db: Database, tenantId: string, addressHash: Buffer): Promise<Reason | null> {
  const [found] = await db
    .select({ reason: suppressions.reason })
    .from(suppressions)
    .where(and(eq(suppressions.tenantId, tenantId), eq(suppressions.addressHash, addressHash)))
  return found?.reason ?? null
}
