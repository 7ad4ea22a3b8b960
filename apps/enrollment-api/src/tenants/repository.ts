import type { Database, Transaction } from '@coursewire/service-kit'
import { eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { tenants } from '../db/schema.ts'
import type { Tenant, TenantSettings } from './tenant.ts'

const { createdAt: _createdAt, ...columns } = getTableColumns(tenants)

export async function findTenant(db: Database | Transaction, id: string): Promise<Tenant | null> {
  const [tenant] = await db.select(columns).from(tenants).where(eq(tenants.id, id))
  return tenant ?? null
}

/** Lets accounts of the tenant be made in the meantime. */
export async function lockTenant(tx: Transaction, id: string): Promise<Tenant | null> {
  const [tenant] = await tx.select(columns).from(tenants).where(eq(tenants.id, id)).for('no key update')
  return tenant ?? null
}

/** Returns false if there already is a tenant with this id. */
export async function insertTenant(tx: Transaction, tenant: TenantSettings & { id: string }): Promise<boolean> {
  const { rowCount } = await tx.insert(tenants).values(tenant).onConflictDoNothing()
  return rowCount === 1
}

export async function updateTenant(tx: Transaction, id: string, settings: TenantSettings): Promise<Tenant> {
  const [tenant] = await tx
    .update(tenants)
    .set({ ...settings, updatedAt: sql`now()` })
    .where(eq(tenants.id, id))
    .returning(columns)
  if (!tenant) throw new Error('The tenant was not locked')
  return tenant
}

/** Returns which of the ids are those of no tenant. */
export async function findMissingTenants(db: Database | Transaction, ids: readonly string[]): Promise<string[]> {
  const rows = await db
    .select({ id: tenants.id })
    .from(tenants)
    .where(inArray(tenants.id, [...ids]))
  const known = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !known.has(id))
}
