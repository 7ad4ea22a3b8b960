import { AppError, type Caller, type Database } from '@coursewire/service-kit'
import { lockUser } from '../accounts/repository.ts'
import { lockTenant } from '../tenants/repository.ts'
import { type Account, decideChange, isActiveAdmin, type Wanted } from './account.ts'
import * as repository from './repository.ts'

type Admin = Pick<Caller, 'id' | 'tenantId'>

/** What admins do with the accounts of their tenant. Accounts of other tenants do not exist for them. */
export function createAdministration({ db }: { db: Database }) {
  return {
    /** Changes the account, and records who has changed what. Changes of one tenant wait for each other. */
    async change({ id: changedBy, tenantId }: Admin, id: string, wanted: Wanted): Promise<Account> {
      return db.transaction(async (tx) => {
        // Otherwise two admins could demote each other at the same moment.
        await lockTenant(tx, tenantId)
        if (!isActiveAdmin(await lockUser(tx, tenantId, changedBy))) {
          throw new AppError('forbidden', 'role.insufficient', 'No longer an admin')
        }
        const user = await lockUser(tx, tenantId, id)
        if (!user) throw refuseUnknown()
        const change = decideChange(user, wanted, changedBy)
        if (change?.roles) await repository.setRoles(tx, tenantId, id, change.roles.to)
        if (change?.disabled !== undefined) await repository.setDisabled(tx, tenantId, id, change.disabled)
        if (change) await repository.insertChange(tx, { tenantId, accountId: id, changedBy, change })
        const account = await repository.findAccount(tx, tenantId, id)
        if (!account) throw new Error('The account was not locked')
        return account
      })
    },

    async listChanges({ tenantId }: Admin, id: string, page: repository.Page): Promise<repository.RecordedChange[]> {
      if (!(await repository.findAccount(db, tenantId, id))) throw refuseUnknown()
      return repository.listChanges(db, tenantId, id, page)
    },
  }
}

const refuseUnknown = () => new AppError('not-found', 'user.not-found', 'User not found')

export type Administration = ReturnType<typeof createAdministration>
