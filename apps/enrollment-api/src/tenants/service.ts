import { AppError, type Database, type Logger } from '@coursewire/service-kit'
import * as repository from './repository.ts'
import { assertSenderAllowed, type Tenant, type TenantSettings } from './tenant.ts'

export function createTenantService(options: { db: Database; senders: readonly string[]; logger: Logger }) {
  const { db, senders, logger } = options

  return {
    async get(id: string): Promise<Tenant> {
      const tenant = await repository.findTenant(db, id)
      if (!tenant) throw refuseUnknown(id)
      return tenant
    },

    /** Replaces everything that a tenant shows of itself. `assertFresh` throws if the caller has not seen the current state. */
    async replace(id: string, settings: TenantSettings, assertFresh: (current: Tenant) => void): Promise<Tenant> {
      return db.transaction(async (tx) => {
        const current = await repository.lockTenant(tx, id)
        if (!current) throw refuseUnknown(id)
        assertFresh(current)
        assertSenderAllowed(settings, senders)
        return repository.updateTenant(tx, id, settings)
      })
    },

    /** Tells operators which tenants the configuration names but nobody has created: people at their hosts cannot sign up. */
    async warnOfMissing(ids: readonly string[]): Promise<void> {
      try {
        const missing = await repository.findMissingTenants(db, [...new Set(ids)])
        if (missing.length > 0) logger.warn({ tenants: missing }, 'Tenants are missing: create them with create-tenant')
      } catch (err) {
        logger.warn({ err }, 'Tenants not checked')
      }
    },
  }
}

const refuseUnknown = (tenantId: string) =>
  new AppError('not-found', 'tenant.not-found', 'Tenant not found', { tenantId })

export type TenantService = ReturnType<typeof createTenantService>
