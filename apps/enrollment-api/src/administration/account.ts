import { AppError } from '@coursewire/service-kit'

export const accountRoles = ['student', 'editor', 'admin'] as const
export type AccountRole = (typeof accountRoles)[number]
/** A pending account is a sign-up whose address is not confirmed yet. Nobody can sign in to it. */
export const accountStatuses = ['active', 'unverified', 'disabled', 'pending'] as const

/** An account that is not erased, as admins see it. */
export interface Account {
  id: string
  email: string
  name: string
  locale: string
  roles: AccountRole[]
  status: (typeof accountStatuses)[number]
  createdAt: string
}

/** The account as an admin wants it to be. */
export interface Wanted {
  roles?: AccountRole[] | undefined
  disabled?: boolean | undefined
}

/** The differences that a change has made. They hold no personal data, because it stays when the account is erased. */
export interface AccountChange {
  roles?: { from: AccountRole[]; to: AccountRole[] }
  disabled?: boolean
  /** The names of other fields that an operator has set. */
  fields?: string[]
  verificationSent?: true
}

type Current = { id: string; roles: AccountRole[]; disabledAt: string | null }

/** Whether somebody may change accounts, whatever their token says: it may be older than what happened to them. */
export function isActiveAdmin(user: Pick<Current, 'roles' | 'disabledAt'> | null): boolean {
  return user !== null && user.disabledAt === null && user.roles.includes('admin')
}

/**
 * Returns what becomes different, or null if nothing does. Admins cannot disable or demote themselves. As only an active admin changes
 * accounts, one always remains.
 */
export function decideChange(current: Current, wanted: Wanted, adminId: string): AccountChange | null {
  const [from, to] = [inOrder(current.roles), inOrder(wanted.roles ?? current.roles)]
  const { disabled = current.disabledAt !== null } = wanted
  if (current.id === adminId && (disabled || !to.includes('admin'))) {
    throw new AppError('conflict', 'account.own', 'Admins cannot disable or demote themselves')
  }
  const change: AccountChange = {
    ...(from.join() !== to.join() && { roles: { from, to } }),
    ...(disabled !== (current.disabledAt !== null) && { disabled }),
  }
  return Object.keys(change).length > 0 ? change : null
}

/** Roles are a set. */
const inOrder = (roles: AccountRole[]) => accountRoles.filter((role) => roles.includes(role))
