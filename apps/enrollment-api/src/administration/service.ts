import { AppError, type Caller, now, type Transaction } from '@coursewire/service-kit'
import { changeUser, lockUser } from '../accounts/repository.ts'
import { lockAddress } from '../accounts/request-repository.ts'
import { type Cause, createRequest, type Parts } from '../accounts/requests.ts'
import { deleteSessions } from '../sessions/repository.ts'
import { lockTenant } from '../tenants/repository.ts'
import { type Account, decideChange, isActiveAdmin, type Wanted } from './account.ts'
import * as repository from './repository.ts'

type Admin = Pick<Caller, 'id' | 'tenantId'>

/** The actions of admins on accounts of their tenant. Accounts of other tenants do not exist for them. */
export function createAdministration({ db, limits, onCommitted }: Pick<Parts, 'db' | 'limits' | 'onCommitted'>) {
  return {
    /** Changes the account, and records who has changed what. Changes of one tenant wait for each other. */
    async change({ id: changedBy, tenantId }: Admin, id: string, wanted: Wanted): Promise<Account> {
      return db.transaction(async (tx) => {
        // Otherwise two admins could demote each other at the same moment.
        await lockTenant(tx, tenantId)
        await assertAdmin(tx, tenantId, changedBy)
        const user = await lockUser(tx, tenantId, id)
        if (!user) throw refuseUnknown()
        const change = decideChange(user, wanted, changedBy)
        if (change) {
          const { roles, disabled } = change
          const disabledAt = disabled ? now() : null
          await changeUser(tx, user, { roles: roles?.to, ...(disabled !== undefined && { disabledAt }) })
          if (disabled) await deleteSessions(tx, user)
          await repository.insertChange(tx, { tenantId, accountId: id, changedBy, change })
        }
        const account = await repository.findAccount(tx, tenantId, id)
        if (!account) throw new Error('The account was not locked')
        return account
      })
    },

    /**
     * Sends the mail to confirm an address once more, and ends the link in the one before. It counts against the limit of mails to the address,
     * and throws `attempts.too-many` above it.
     */
    async resendVerification(changedBy: string, accountId: string, cause: Cause): Promise<void> {
      const { tenantId } = cause
      const waiting = await repository.findUnconfirmed(db, tenantId, accountId)
      if (!waiting) throw (await repository.findAccount(db, tenantId, accountId)) ? refuseConfirmed() : refuseUnknown()
      await limits.take('mailsToAddress', tenantId, waiting.emailKey)
      await db.transaction(async (tx) => {
        await lockAddress(tx, tenantId, waiting.emailKey)
        await assertAdmin(tx, tenantId, changedBy)
        // The address may just have been confirmed.
        const draft = await repository.findUnconfirmed(tx, tenantId, accountId)
        if (draft?.emailKey !== waiting.emailKey) throw refuseConfirmed()
        await createRequest(tx, { ...draft, purpose: 'verification' }, cause, now())
        await repository.insertChange(tx, { tenantId, accountId, changedBy, change: { verificationSent: true } })
      })
      onCommitted()
    },

    async listChanges({ tenantId }: Admin, id: string, page: repository.Page): Promise<repository.RecordedChange[]> {
      if (!(await repository.findAccount(db, tenantId, id))) throw refuseUnknown()
      return repository.listChanges(db, tenantId, id, page)
    },
  }
}

async function assertAdmin(tx: Transaction, tenantId: string, id: string): Promise<void> {
  if (isActiveAdmin(await lockUser(tx, tenantId, id))) return
  throw new AppError('forbidden', 'role.insufficient', 'No longer an admin')
}

const refuseConfirmed = () => new AppError('conflict', 'verification.not-needed', 'There is no address to confirm')
const refuseUnknown = () => new AppError('not-found', 'user.not-found', 'User not found')

export type Administration = ReturnType<typeof createAdministration>
