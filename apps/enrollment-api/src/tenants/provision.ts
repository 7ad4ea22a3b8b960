import { isDeepStrictEqual } from 'node:util'
import type { Database, Transaction } from '@coursewire/service-kit'
import type { Outcome } from '../accounts/provision.ts'
import * as repository from './repository.ts'
import { buildSettings, type TenantSettings } from './tenant.ts'

/** Creates the tenant, or updates the one with this id unless it is to be kept. What is not given stays as it is. */
export async function provisionTenant(
  db: Database,
  id: string,
  given: Partial<TenantSettings>,
  { keep }: { keep: boolean },
): Promise<Outcome> {
  return db.transaction(async (tx) => {
    if (await repository.insertTenant(tx, { ...buildSettings(id), ...given, id })) return 'Created'
    if (keep) return 'Unchanged'

    const known = await repository.lockTenant(tx, id)
    if (!known) throw new Error('The tenant has just been removed; run the command again')
    const { id: _id, updatedAt: _updatedAt, ...current } = known
    const wanted = { ...current, ...given }
    if (isDeepStrictEqual(current, wanted)) return 'Unchanged'
    await repository.updateTenant(tx, id, wanted)
    return 'Updated'
  })
}

/** Throws if there is no tenant with one of these ids. */
export async function assertTenantsExist(tx: Transaction, ids: readonly string[]): Promise<void> {
  const missing = await repository.findMissingTenants(tx, ids)
  if (missing.length > 0) throw new Error(`No such tenant: ${missing.join(', ')}. Create it with create-tenant`)
}
