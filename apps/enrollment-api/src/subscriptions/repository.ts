import type { Database, Transaction } from '@coursewire/service-kit'
import { and, asc, eq, notExists, or, sql } from 'drizzle-orm'
import { subscribers, subscriptions } from '../db/schema.ts'
import type { Subscription } from './subscription.ts'

export type Subscriber = Omit<typeof subscribers.$inferSelect, 'createdAt'>
type Id = Pick<Subscriber, 'tenantId' | 'id'>

const byAddress = ({ tenantId, emailKey }: Pick<Subscriber, 'tenantId' | 'emailKey'>) =>
  and(eq(subscribers.tenantId, tenantId), eq(subscribers.emailKey, emailKey))
const byId = ({ tenantId, id }: Id) => and(eq(subscribers.tenantId, tenantId), eq(subscribers.id, id))
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

/** Makes whoever else changes the subscriptions wait for the end of the transaction. */
export async function lockSubscriber(tx: Transaction, { tenantId, id }: Id): Promise<void> {
  await tx.execute(sql`SELECT FROM ${subscribers} WHERE ${byId({ tenantId, id })} FOR UPDATE`)
}

/** Deletes these subscriptions and, with the last one, the subscriber, who must be locked. */
export async function endSubscriptions(tx: Transaction, subscriber: Id, ended: Subscription[]): Promise<void> {
  const isEnded = ended.map(({ kind, value }) => and(eq(subscriptions.kind, kind), eq(subscriptions.value, value)))
  if (isEnded.length > 0) await tx.delete(subscriptions).where(and(ofSubscriber(subscriber), or(...isEnded)))
  const others = tx.select({ value: subscriptions.value }).from(subscriptions).where(ofSubscriber(subscriber))
  await tx.delete(subscribers).where(and(byId(subscriber), notExists(others)))
}

/** Deletes the subscriber with this address, and what was subscribed to. */
export async function deleteSubscriber(
  tx: Transaction,
  address: Pick<Subscriber, 'tenantId' | 'emailKey'>,
): Promise<void> {
  await tx.delete(subscribers).where(byAddress(address))
}
