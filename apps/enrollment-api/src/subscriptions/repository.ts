import type { Database, Transaction } from '@coursewire/service-kit'
import { and, asc, eq } from 'drizzle-orm'
import { subscribers, subscriptions } from '../db/schema.ts'
import type { Subscription } from './subscription.ts'

export type Subscriber = Omit<typeof subscribers.$inferSelect, 'createdAt'>
type Id = Pick<Subscriber, 'tenantId' | 'id'>

const byAddress = ({ tenantId, emailKey }: Pick<Subscriber, 'tenantId' | 'emailKey'>) =>
  and(eq(subscribers.tenantId, tenantId), eq(subscribers.emailKey, emailKey))
const ofSubscriber = ({ tenantId, id }: Id) =>
  and(eq(subscriptions.tenantId, tenantId), eq(subscriptions.subscriberId, id))

export async function findSubscriberId(
  db: Database | Transaction,
  address: Pick<Subscriber, 'tenantId' | 'emailKey'>,
): Promise<string | null> {
  const [found] = await db.select({ id: subscribers.id }).from(subscribers).where(byAddress(address))
  return found?.id ?? null
}

/** Writes the subscriber, or the spelling and the language of the one with this address, and returns which it is. */
export async function writeSubscriber(tx: Transaction, subscriber: Subscriber): Promise<Id> {
  const { tenantId, email, locale } = subscriber
  const [written] = await tx
    .insert(subscribers)
    .values(subscriber)
    .onConflictDoUpdate({ target: [subscribers.tenantId, subscribers.emailKey], set: { email, locale } })
    .returning({ id: subscribers.id })
  return { tenantId, id: written?.id ?? subscriber.id }
}

export async function addSubscriptions(tx: Transaction, { tenantId, id }: Id, added: Subscription[]): Promise<void> {
  const rows = added.map((subscription) => ({ ...subscription, tenantId, subscriberId: id }))
  await tx.insert(subscriptions).values(rows).onConflictDoNothing()
}

export async function listSubscriptions(db: Database | Transaction, subscriber: Id): Promise<Subscription[]> {
  const { kind, value, confirmedAt } = subscriptions
  return db
    .select({ kind, value, confirmedAt })
    .from(subscriptions)
    .where(ofSubscriber(subscriber))
    .orderBy(asc(confirmedAt), asc(value))
}

/** Deletes the subscriber with this address, and what was subscribed to. */
export async function deleteSubscriber(
  tx: Transaction,
  address: Pick<Subscriber, 'tenantId' | 'emailKey'>,
): Promise<void> {
  await tx.delete(subscribers).where(byAddress(address))
}
