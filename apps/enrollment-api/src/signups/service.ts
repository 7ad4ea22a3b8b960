import { toAddressKey } from '@coursewire/events'
import { AppError, type Moment, now, type Transaction } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { finishAddressChange } from '../accounts/address-change.ts'
import { findUserByEmail, insertUser } from '../accounts/repository.ts'
import { lockAddress } from '../accounts/request-repository.ts'
import { announceVerified, type Cause, createRequest, type Parts, recipientOf } from '../accounts/requests.ts'
import { confirmAddress, refuseLink, type UsedLink, useLink } from '../accounts/use-link.ts'
import { addressOf } from '../limits/networks.ts'
import { findTenant } from '../tenants/repository.ts'

export interface Signup {
  email: string
  password: string
  name: string
  locale?: string | undefined
  pendingEnrollmentCourseId?: string | undefined
}

export function createSignupService(parts: Parts) {
  const { db, passwords, limits, onCommitted } = parts

  return {
    /**
     * Asks the owner of the address to confirm it; whoever has an account already is told so. The caller learns nothing about the address,
     * whatever it is: the work is the same. Above the limit of mails to an address nothing happens, and what is pending stays.
     */
    async signUp({ password, ...signup }: Signup, ip: string, cause: Cause): Promise<void> {
      const { tenantId } = cause
      const emailKey = toAddressKey(signup.email)
      await limits.take('signUpsFromAddress', addressOf(ip))
      const passwordHash = await passwords.hash(password, { lane: 'sign-ups', owner: addressOf(ip) })
      if (!(await limits.tryTake(['mailsToAddress', 'signUpsToAddress'], tenantId, emailKey))) return
      await db.transaction(async (tx) => {
        await lockAddress(tx, tenantId, emailKey)
        const tenant = await findTenant(tx, tenantId)
        if (!tenant) throw new AppError('not-found', 'tenant.not-found', 'Tenant not found')
        const owner = await findUserByEmail(tx, tenantId, emailKey)
        const { email, name, locale = tenant.locale, pendingEnrollmentCourseId: pendingCourseId } = signup
        const accountId = `usr_${uuidv7()}`
        // A stranger's words never reach the owner of an account. A disabled account gets the same mail, which does not say so.
        const mail = owner
          ? { ...recipientOf(owner), purpose: 'signup_repeated' as const }
          : {
              purpose: 'verification' as const,
              accountId,
              email,
              emailKey,
              name,
              locale,
              passwordHash,
              pendingCourseId,
            }
        await createRequest(tx, mail, cause, now())
      })
      onCommitted()
    },

    /** Confirms the address of a sign-up or of a change by the link of a mail, whoever has it and wherever it is opened. Throws `link.invalid`. */
    async verify(token: string, ip: string, cause: Omit<Cause, 'tenantId'>) {
      const opened = { token, purposes: ['verification', 'address_change'] as const, ip }
      const { email, pendingCourseId } = await useLink(parts, opened, async (tx, link) => {
        const confirm = link.request.purpose === 'verification' ? verifyAccount : finishAddressChange
        await confirm(tx, link, { ...cause, tenantId: link.request.tenantId }, now())
        return link.request
      })
      onCommitted()
      return { email, pendingEnrollmentCourseId: pendingCourseId }
    },
  }
}

export type SignupService = ReturnType<typeof createSignupService>

/** Makes the account of a sign-up, or confirms the address of an account that an operator made. */
async function verifyAccount(tx: Transaction, link: UsedLink, cause: Cause, at: Moment): Promise<void> {
  const { tenantId, accountId: id, email, emailKey, name, locale, passwordHash } = link.request
  if (passwordHash === null) return void (await confirmAddress(tx, link, cause, at))
  const account = { tenantId, id, email, emailKey, name, locale, passwordHash, verifiedAt: at, disabledAt: null }
  if (!(await insertUser(tx, { ...account, roles: ['student'] }))) throw refuseLink()
  await announceVerified(tx, id, cause, at)
}
