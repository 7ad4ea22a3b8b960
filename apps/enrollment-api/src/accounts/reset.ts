import { now } from '@coursewire/service-kit'
import { addressOf } from '../limits/networks.ts'
import { deleteSessions } from '../sessions/repository.ts'
import * as repository from './repository.ts'
import { lockAddress } from './request-repository.ts'
import { type Cause, createRequest, type Parts, recipientOf } from './requests.ts'
import { checkLink, confirmAddress, useLink } from './use-link.ts'

/** Stands in for an owner, so that an address that nobody has costs as much as any other. */
const nobody = { id: 'usr_00000000-0000-7000-8000-000000000000', email: '', emailKey: '', name: '', locale: '' }

/** The steps of people who have forgotten their password. */
export function createResetService(parts: Parts) {
  const { db, passwords, limits, onCommitted } = parts

  return {
    /**
     * Sends the owner of the address a link. The caller learns nothing about the address, whatever it is: the work is the same, down to the
     * disk, and is undone if nobody has the address. Above the limit of mails to an address nothing happens.
     */
    async request(emailKey: string, ip: string, cause: Cause): Promise<void> {
      const { tenantId } = cause
      await limits.take('resetsFromAddress', addressOf(ip))
      if (!(await limits.tryTake(['mailsToAddress'], tenantId, emailKey))) return
      await db.transaction(async (tx) => {
        // An erasure that is under way must not overlook the request.
        await lockAddress(tx, tenantId, emailKey)
        const user = await repository.findUserByEmail(tx, tenantId, emailKey)
        const owner = user?.disabledAt === null ? user : null
        const mail = { ...recipientOf(owner ?? nobody), purpose: 'password_reset' as const }
        await repository.keepIf(tx, owner !== null, () => createRequest(tx, mail, cause, now()))
      })
      onCommitted()
    },

    /**
     * Sets the password of the account that the link was sent to. Ends all its sessions and all links that were sent before, and tells the
     * owner. The link has shown that the address is theirs. Throws `link.invalid`.
     */
    async confirm(token: string, newPassword: string, ip: string, cause: Omit<Cause, 'tenantId'>): Promise<void> {
      const opened = { token, purposes: ['password_reset'] as const, ip }
      // Only a valid link is worth a hash.
      await checkLink(parts, opened)
      const passwordHash = await passwords.hash(newPassword, { lane: 'known people', owner: addressOf(ip) })
      await useLink(parts, opened, async (tx, link) => {
        const [from, at] = [{ ...cause, tenantId: link.request.tenantId }, now()]
        const user = await confirmAddress(tx, link, from, at)
        await repository.changeUser(tx, user, { passwordHash })
        await deleteSessions(tx, user)
        await createRequest(tx, { ...recipientOf(user), purpose: 'password_changed' }, from, at)
      })
      onCommitted()
    },
  }
}

export type ResetService = ReturnType<typeof createResetService>
