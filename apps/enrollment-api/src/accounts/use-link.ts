import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import type { Limits } from '../limits/limits.ts'
import { addressOf } from '../limits/networks.ts'
import type { Links } from './links.ts'
import { lockUser } from './repository.ts'
import { type AccountRequest, endRequest, findRequest, lockAddress, type Purpose } from './request-repository.ts'

/** What links are checked and used with. */
interface Access {
  db: Database
  links: Links
  limits: Limits
}

interface OpenedLink {
  token: string
  purposes: readonly Purpose[]
  /** The IP address of whoever opens it. */
  ip: string
}

/**
 * Uses a link in a transaction of its own, as `takeLink` does. Only links that are not valid count against the address of the caller, so that a
 * mailed link always opens. Whoever opens one is known at the address.
 */
export async function useLink<Result>(
  { db, links, limits }: Access,
  { token, purposes, ip }: OpenedLink,
  work: (tx: Transaction, request: AccountRequest) => Promise<Result>,
): Promise<Result> {
  // One transaction, so that no failure comes after the link is used up.
  const use = async (tx: Transaction) => {
    const request = await takeLink(tx, links, token, purposes)
    const result = await work(tx, request)
    await limits.welcome({ tenantId: request.tenantId, email: request.emailKey, ip }, { hasCounted: false }, tx)
    return result
  }
  return countInvalid(limits, ip, () => db.transaction(use))
}

/** Throws as `useLink` for a link that is not valid, and uses none. For work that is worth doing only for a valid one. */
export async function checkLink({ db, links, limits }: Access, { token, purposes, ip }: OpenedLink): Promise<void> {
  await countInvalid(limits, ip, () => findLink(db, links, token, purposes))
}

async function countInvalid<Result>(limits: Limits, ip: string, work: () => Promise<Result>): Promise<Result> {
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
 * Uses the link with this token, which is possible once, and returns its request. Locks the address that the mail went to, and then the account
 * if there is one, in the order in which everybody locks them. A link that is unknown, used, replaced, expired or for another purpose gets the
 * same `link.invalid`.
 */
export async function takeLink(
  tx: Transaction,
  links: Links,
  token: string,
  purposes: readonly Purpose[],
): Promise<AccountRequest> {
  const request = await findLink(tx, links, token, purposes)
  const { id, tenantId, accountId, emailKey } = request
  await lockAddress(tx, tenantId, emailKey)
  await lockUser(tx, tenantId, accountId)
  if (!(await endRequest(tx, id))) throw refuseLink()
  return request
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
