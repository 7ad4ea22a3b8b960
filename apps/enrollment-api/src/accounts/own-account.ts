import { toAddressKey } from '@coursewire/events'
import { AppError, type Caller, type Database, now, type Transaction } from '@coursewire/service-kit'
import { isActiveAdmin } from '../administration/account.ts'
import { hasOtherAdmin } from '../administration/repository.ts'
import { addressOf } from '../limits/networks.ts'
import { deleteSessions } from '../sessions/repository.ts'
import { lockTenant } from '../tenants/repository.ts'
import { requestAddressChange } from './address-change.ts'
import { eraseAccount } from './erasure.ts'
import * as repository from './repository.ts'
import { lockAddress } from './request-repository.ts'
import { type Cause, createRequest, type Parts, recipientOf } from './requests.ts'

/** A person who asks for something, and the IP address of the request. */
export interface Asker {
  caller: Caller
  ip: string
  cause: Cause
}

export interface OwnChanges {
  name?: string | undefined
  locale?: string | undefined
  courseNews?: boolean | undefined
  courseChanges?: boolean | undefined
  newAddress?: { email: string; currentPassword: string } | undefined
}

/** Creates the use cases of people with their own account. Each throws `account.gone` or `account.disabled` if there is none to use. */
export function createOwnAccountService({ db, passwords, limits, onCommitted }: Omit<Parts, 'links'>) {
  const get = (caller: Caller) => getUsable(db, caller)

  /** Returns the hash that the password matches. Throws `password.wrong`, or `attempts.too-many` after too many wrong ones. */
  async function provePassword({ caller, ip }: Asker, password: string): Promise<string> {
    const { tenantId, id } = caller
    async function findHolder() {
      const { passwordHash: hash } = await get(caller)
      await limits.take('passwordOfAccount', tenantId, id)
      return { hash }
    }
    const holder = await passwords.check(findHolder, password, { lane: 'known people', owner: addressOf(ip) })
    if (!holder) throw refusePassword()
    await limits.forget('passwordOfAccount', tenantId, id)
    return holder.hash
  }

  /** Locks the account. Throws `password.wrong` if it has another password by now than the one that was proven. */
  async function lock(
    tx: Transaction,
    { tenantId, id }: Caller,
    provenHash?: string,
    strength?: 'update',
  ): Promise<repository.User> {
    const user = await repository.lockUser(tx, tenantId, id, strength)
    assertUsable(user)
    if (provenHash !== undefined && user.passwordHash !== provenHash) throw refusePassword()
    return user
  }

  async function update(tx: Transaction, user: repository.User, changes: Omit<OwnChanges, 'newAddress'>) {
    await repository.changeUser(tx, user, changes)
    return {
      ...user,
      name: changes.name ?? user.name,
      locale: changes.locale ?? user.locale,
      courseNews: changes.courseNews ?? user.courseNews,
      courseChanges: changes.courseChanges ?? user.courseChanges,
    }
  }

  return {
    get,

    /** Changes everything but the address at once. A new address counts only when the link in the mail to it was opened. */
    async update(asker: Asker, { newAddress, ...details }: OwnChanges): Promise<repository.User> {
      const { caller, cause } = asker
      const { tenantId, id } = caller
      if (!newAddress) return db.transaction(async (tx) => update(tx, await lock(tx, caller), details))

      const { email, currentPassword } = newAddress
      const emailKey = toAddressKey(email)
      const provenHash = await provePassword(asker, currentPassword)
      await limits.take('changesOfAccount', tenantId, id)
      const mayWrite = await limits.tryTake(['mailsToAddress', 'signUpsToAddress'], tenantId, emailKey)
      const user = await db.transaction(async (tx) => {
        await lockAddress(tx, tenantId, emailKey)
        const updated = await update(tx, await lock(tx, caller, provenHash), details)
        if (mayWrite) await requestAddressChange(tx, updated, { email, emailKey }, cause, now())
        return updated
      })
      onCommitted()
      return user
    },

    /**
     * Erases the account for good. Throws `account.last-admin` if nobody else could administrate the tenant, and `account.changed` if its
     * address has just changed.
     */
    async erase(asker: Asker, password: string): Promise<void> {
      const { caller, cause } = asker
      const { tenantId, id } = caller
      const provenHash = await provePassword(asker, password)
      await db.transaction(async (tx) => {
        // In the order in which everybody locks: address, tenant, account. Whoever writes a mail to the address has locked it.
        const { emailKey } = await getUsable(tx, caller)
        await lockAddress(tx, tenantId, emailKey)
        await lockTenant(tx, tenantId)
        const user = await lock(tx, caller, provenHash, 'update')
        if (user.emailKey !== emailKey) {
          throw new AppError('conflict', 'account.changed', 'The address has just changed: try again')
        }
        if (isActiveAdmin(user) && !(await hasOtherAdmin(tx, tenantId, id))) {
          throw new AppError('conflict', 'account.last-admin', 'Nobody else could administrate the tenant')
        }
        await eraseAccount(tx, user, cause, now())
        await limits.forgetAccount(tx, user)
      })
      onCommitted()
    },

    /** Ends the other sessions, and the links that were sent before. The owner is told by mail. */
    async changePassword(asker: Asker, currentPassword: string, newPassword: string): Promise<void> {
      const { caller, ip, cause } = asker
      const provenHash = await provePassword(asker, currentPassword)
      await limits.take('changesOfAccount', caller.tenantId, caller.id)
      const passwordHash = await passwords.hash(newPassword, { lane: 'known people', owner: addressOf(ip) })
      await db.transaction(async (tx) => {
        const user = await lock(tx, caller, provenHash)
        await repository.changeUser(tx, user, { passwordHash })
        await deleteSessions(tx, caller, caller.sessionId)
        await createRequest(tx, { ...recipientOf(user), purpose: 'password_changed' }, cause, now())
      })
      onCommitted()
    },
  }
}

/** Finds the caller's account. Throws `account.gone` or `account.disabled`: an access token outlives its account by some minutes. */
export async function getUsable(db: Database | Transaction, { tenantId, id }: Caller): Promise<repository.User> {
  const user = await repository.findUser(db, tenantId, id)
  assertUsable(user)
  return user
}

export type OwnAccountService = ReturnType<typeof createOwnAccountService>

function assertUsable(user: repository.User | null): asserts user is repository.User {
  if (!user) throw refuseGone()
  if (user.disabledAt !== null) throw new AppError('forbidden', 'account.disabled', 'The account is disabled')
}

export const refuseGone = () => new AppError('unauthorized', 'account.gone', 'The account is gone')

const refusePassword = () => new AppError('forbidden', 'password.wrong', 'The current password is wrong')
