import { toAddressKey } from '@coursewire/events'
import { AppError, type Database, type Moment, type Transaction } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { changeAddress } from '../accounts/address-change.ts'
import type { Links } from '../accounts/links.ts'
import type { Passwords } from '../accounts/passwords.ts'
import { insertUser } from '../accounts/repository.ts'
import { type AccountRequest, lockAddress } from '../accounts/request-repository.ts'
import { announceVerified, type Cause, createRequest } from '../accounts/requests.ts'
import { refuseLink, useLink } from '../accounts/use-link.ts'
import type { Limits } from '../limits/limits.ts'
import { addressOf } from '../limits/networks.ts'
import { type Addressee, findAddressee, verifyUser } from './repository.ts'

export interface Signup {
  email: string
  password: string
  name: string
  locale?: string | undefined
  pendingEnrollmentCourseId?: string | undefined
}

export function createSignupService(options: {
  db: Database
  links: Links
  passwords: Passwords
  limits: Limits
  now: () => Moment
  onCommitted: () => void
}) {
  const { db, links, passwords, limits, now, onCommitted } = options

  return {
    /**
     * Asks the owner of the address to confirm it; whoever has an account already is told so. The caller learns nothing about the address,
     * whatever it is: the work is the same. Above the limit of mails to an address nothing happens, and what is pending stays.
     */
    async signUp(signup: Signup, ip: string, cause: Cause): Promise<void> {
      const { tenantId } = cause
      const emailKey = toAddressKey(signup.email)
      await limits.take('signUpsFromAddress', addressOf(ip))
      const passwordHash = await passwords.hash(signup.password, { lane: 'sign-ups', owner: addressOf(ip) })
      if (!(await limits.tryTake('mailsToAddress', tenantId, emailKey))) return
      await db.transaction(async (tx) => {
        await lockAddress(tx, tenantId, emailKey)
        const addressee = await findAddressee(tx, tenantId, emailKey)
        if (!addressee) throw new AppError('not-found', 'tenant.not-found', 'Tenant not found')
        await createRequest(tx, { ...draftMail(signup, passwordHash, addressee), emailKey }, cause, now())
      })
      onCommitted()
    },

    /** Confirms the address of a sign-up or of a change by the link of a mail, whoever has it and wherever it is opened. Throws `link.invalid`. */
    async verify(token: string, ip: string, cause: Omit<Cause, 'tenantId'>) {
      const link = { token, purposes: ['verification', 'address_change'] as const, ip }
      const { email, pendingCourseId } = await useLink({ db, links, limits }, link, async (tx, request) => {
        const confirm = request.purpose === 'verification' ? verifyAccount : changeAddress
        await confirm(tx, request, { ...cause, tenantId: request.tenantId }, now())
        return request
      })
      onCommitted()
      return { email, pendingEnrollmentCourseId: pendingCourseId }
    },
  }
}

export type SignupService = ReturnType<typeof createSignupService>

/** A disabled account gets the same mail as any other, which does not say so. Strangers' words never reach the owner of an account. */
function draftMail(signup: Signup, passwordHash: string, { account, tenantLocale }: Addressee) {
  if (account) {
    const { id: accountId, email, name, locale } = account
    return { purpose: 'signup_repeated' as const, accountId, email, name, locale }
  }
  const { email, name, locale = tenantLocale, pendingEnrollmentCourseId: pendingCourseId } = signup
  const accountId = `usr_${uuidv7()}`
  return { purpose: 'verification' as const, accountId, email, name, locale, passwordHash, pendingCourseId }
}

/** Makes the account of a sign-up, or confirms the address of an account that an operator made. */
async function verifyAccount(tx: Transaction, request: AccountRequest, cause: Cause, at: Moment): Promise<void> {
  const { tenantId, accountId: id, email, emailKey, name, locale, passwordHash } = request
  const account = { tenantId, id, email, emailKey, name, locale }
  const isDone =
    passwordHash === null
      ? await verifyUser(tx, account)
      : await insertUser(tx, { ...account, passwordHash, roles: ['student'], verifiedAt: at, disabledAt: null })
  if (!isDone) throw refuseLink()
  await announceVerified(tx, id, cause, at)
}
