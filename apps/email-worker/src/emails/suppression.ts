import { createHmac } from 'node:crypto'
import { readAddress, toAddressKey } from '@coursewire/events'
import type { Database, Transaction } from '@coursewire/service-kit'
import { and, eq, sql } from 'drizzle-orm'
import { emails, suppressions } from '../db/schema.ts'

/** Hashes an address with a secret key, so that nobody can find addresses by trying them. Differences in case do not matter. */
export function hashAddress(address: string, key: string): Buffer {
  return createHmac('sha256', key)
    .update(toAddressKey(readAddress(address).address ?? address))
    .digest()
}

/** Returns null if the tenant may write to the address. */
export async function findSuppression(db: Database, tenantId: string, addressHash: Buffer) {
  const { reason, createdAt: since, emailId: mailId } = suppressions
  const [found] = await db.select({ reason, since, mailId }).from(suppressions).where(isOf(tenantId, addressHash))
  return found ?? null
}

/** Whether a mail to this account has led to a suppression. The address may belong to another account too. */
export async function hasRefused(tx: Transaction, tenantId: string, recipient: string): Promise<boolean> {
  const [found] = await tx
    .select({ mailId: emails.id })
    .from(suppressions)
    .innerJoin(emails, eq(emails.id, suppressions.emailId))
    .where(and(eq(suppressions.tenantId, tenantId), eq(emails.recipient, recipient)))
    .limit(1)
  return found !== undefined
}

/** Lets the tenant write to the address again, and notes that with the mail that led to its suppression. Returns false if it had none. */
export async function lift(
  tx: Transaction,
  { tenantId, addressHash, by, reason }: { tenantId: string; addressHash: Buffer; by: string; reason: string },
): Promise<boolean> {
  const [lifted] = await tx.delete(suppressions).where(isOf(tenantId, addressHash)).returning()
  if (!lifted) return false
  await tx.execute(sql`
    INSERT INTO email_history (email_id, status, attempt, reason, message_id, changed_by)
    SELECT id, status, attempt, ${reason}, message_id, ${by} FROM emails WHERE id = ${lifted.emailId}`)
  return true
}

const isOf = (tenantId: string, addressHash: Buffer) =>
  and(eq(suppressions.tenantId, tenantId), eq(suppressions.addressHash, addressHash))
