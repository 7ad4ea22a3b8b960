import { AppError, type Database, type Moment, type Transaction } from '@coursewire/service-kit'
import type { Limits } from '../limits/limits.ts'
import { addressOf } from '../limits/networks.ts'
import type { Links } from './links.ts'
import { changeUser, lockUser, type User } from './repository.ts'
import { type AccountRequest, endRequest, findRequest, lockAddress, type Purpose } from './request-repository.ts'
import { announceVerified, type Cause, type Parts } from './requests.ts'

interface OpenedLink {
  token: string
  purposes: readonly Purpose[]
  /** The IP address of whoever opens it. */
  ip: string
}

/** A link that was just used: its request, and the account if there is one. Both the address of the mail and the account are locked. */
export interface UsedLink {
  request: AccountRequest
  user: User | null
}

/**
 * Uses a link in a transaction of its own, as `takeLink` does. Only links that are not valid count against the address of the caller, so that a
 * mailed link always opens. Whoever opens one is known at the address.
 */
export async function useLink<Result>(
  { db, links, limits }: Parts,
  { token, purposes, ip }: OpenedLink,
  work: (tx: Transaction, link: UsedLink) => Promise<Result>,
): Promise<Result> {
  // One transaction, so that no failure comes after the link is used up.
  const use = async (tx: Transaction) => {
    const link = await takeLink(tx, links, token, purposes)
    const result = await work(tx, link)
    const { tenantId, emailKey } = link.request
    await limits.welcome({ tenantId, email: emailKey, ip }, { hasCounted: false }, tx)
    return result
  }
  return countInvalid(limits, ip, () => db.transaction(use))
}

/** Throws as `useLink` for a link that is not valid, and uses none. For work that is worth doing only for a valid one. */
export async function checkLink({ db, links, limits }: Parts, { token, purposes, ip }: OpenedLink): Promise<void> {
  await countInvalid(limits, ip, () => findLink(db, links, token, purposes))
}

/** Counts `link.invalid`, which the work throws, against the address of the caller. */
export async function countInvalid<Result>(limits: Limits, ip: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && error.code === 'link.invalid') {
      await limits.take('badTokensFromAddress', addressOf(ip))
    }
    throw error
  }
}

/**
 * Uses the link with this token, which is possible once. Locks the address that the mail went to, and then the account if there is one, in the
 * order in which everybody locks them. A link that is unknown, used, replaced, expired or for another purpose gets the same `link.invalid`.
 */
export async function takeLink(
  tx: Transaction,
  links: Links,
  token: string,
  purposes: readonly Purpose[],
): Promise<UsedLink> {
  const request = await findLink(tx, links, token, purposes)
  const { id, tenantId, accountId, emailKey } = request
  await lockAddress(tx, tenantId, emailKey)
  const user = await lockUser(tx, tenantId, accountId)
  if (!(await endRequest(tx, id))) throw refuseLink()
  return { request, user }
}

/**
 * Confirms the address of the account, to which the link was sent, and returns the account. Throws `link.invalid` if it is gone or disabled, or
 * has another address by now: a link proves the address that it was sent to.
 */
export async function confirmAddress(
  tx: Transaction,
  { request, user }: UsedLink,
  cause: Cause,
  at: Moment,
): Promise<User> {
  if (user?.disabledAt !== null || user.emailKey !== request.emailKey) throw refuseLink()
  if (user.verifiedAt === null) {
    await changeUser(tx, user, { verifiedAt: at })
    await announceVerified(tx, user.id, cause, at)
  }
  return user
}

async function findLink(
  db: Database | Transaction,
  links: Links,
  token: string,
  purposes: readonly Purpose[],
): Promise<AccountRequest> {
  const id = links.readId(token)
  const request = id === null ? null : await findRequest(db, id)
  const isGenuine = request !== null && purposes.includes(request.purpose) && links.isGenuine(token, request)
  if (!isGenuine || !request.isOpen) throw refuseLink()
  return request
}

export const refuseLink = () => new AppError('gone', 'link.invalid', 'The link is not valid, or no longer valid')
