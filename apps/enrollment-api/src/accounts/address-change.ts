import type { Moment, Transaction } from '@coursewire/service-kit'
import * as repository from './repository.ts'
import { endRequests } from './request-repository.ts'
import { announceVerified, type Cause, createRequest, recipientOf } from './requests.ts'
import { refuseLink, type UsedLink } from './use-link.ts'

/**
 * Asks the owner of the new address to confirm it. If the address has another account, its owner is told so instead, and whoever asked cannot
 * tell the difference. The caller must have locked the address and the account.
 */
export async function requestAddressChange(
  tx: Transaction,
  user: repository.User,
  { email, emailKey }: { email: string; emailKey: string },
  cause: Cause,
  at: Moment,
): Promise<void> {
  const { tenantId, id: accountId } = user
  const owner = await repository.findUserByEmail(tx, tenantId, emailKey)
  // The older link ends either way. If it opened only because the new address is taken, it would show that.
  await endRequests(tx, { tenantId, accountId }, ['address_change'])
  const isTaken = owner !== null && owner.id !== accountId
  const mail = isTaken
    ? { ...recipientOf(owner), purpose: 'signup_repeated' as const }
    : { ...recipientOf(user), email, emailKey, purpose: 'address_change' as const }
  await createRequest(tx, mail, cause, at)
}

/** Gives the account the address whose link was opened, and tells the old address. Throws `link.invalid` if somebody else has it by now. */
export async function finishAddressChange(
  tx: Transaction,
  { request: { email, emailKey }, user }: UsedLink,
  cause: Cause,
  at: Moment,
): Promise<void> {
  if (user?.disabledAt !== null) throw refuseLink()
  if (!(await repository.changeAddress(tx, user, { email, emailKey, verifiedAt: at }))) throw refuseLink()

  // The same address in another spelling has no old owner.
  const isMoved = emailKey !== user.emailKey
  if (isMoved) await createRequest(tx, { ...recipientOf(user), purpose: 'address_changed' }, cause, at)
  if (user.verifiedAt === null) await announceVerified(tx, user.id, cause, at)
}
