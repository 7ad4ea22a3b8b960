import { toAddressKey } from '@coursewire/events'
import { type Database, now } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { insertChange } from '../administration/repository.ts'
import { deleteSessions } from '../sessions/repository.ts'
import { assertTenantsExist } from '../tenants/provision.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import * as repository from './repository.ts'
import { endLinks } from './requests.ts'

export type Outcome = 'Created' | 'Updated' | 'Unchanged'

type UserDetails = Pick<repository.User, 'tenantId' | 'email' | 'name' | 'locale' | 'roles'> & {
  password: string
  /** Whether the operator vouches for the address. An address that was confirmed stays so in any case. */
  isVerified?: boolean
}

/** Creates the user, or updates the one with this address to these details. */
export async function provisionUser(db: Database, details: UserDetails): Promise<{ id: string; outcome: Outcome }> {
  const { password, isVerified = true, ...wanted } = details
  const passwordHash = await hashPassword(password)
  return db.transaction(async (tx) => {
    await assertTenantsExist(tx, [wanted.tenantId])
    const user = {
      ...wanted,
      emailKey: toAddressKey(wanted.email),
      passwordHash,
      verifiedAt: isVerified ? now() : null,
    }
    const newId = `usr_${uuidv7()}`
    if (await repository.insertUser(tx, { ...user, id: newId, disabledAt: null }))
      return { id: newId, outcome: 'Created' }

    const known = await repository.lockUserByEmail(tx, user.tenantId, user.emailKey)
    if (!known) throw new Error('The user has just been removed; run the command again')
    const { id, verifiedAt } = known
    const isSamePassword = await verifyPassword(known.passwordHash, password)
    const fields = [
      ...(['email', 'name', 'locale'] as const).filter((field) => known[field] !== wanted[field]),
      ...(isSamePassword ? [] : ['password']),
      ...(isVerified && verifiedAt === null ? ['verified'] : []),
    ]
    const isSameRole = isSameSet(known.roles, wanted.roles)
    if (isSameRole && fields.length === 0) return { id, outcome: 'Unchanged' }
    await repository.changeUser(tx, known, { ...user, verifiedAt: verifiedAt ?? user.verifiedAt })
    // A new password or new roles take effect at once.
    await deleteSessions(tx, known)
    await endLinks(tx, known)
    const roles = isSameRole ? {} : { roles: { from: known.roles, to: wanted.roles } }
    const change = { ...roles, ...(fields.length > 0 && { fields }) }
    await insertChange(tx, { tenantId: wanted.tenantId, accountId: id, changedBy: 'operator', change })
    return { id, outcome: 'Updated' }
  })
}

type ClientDetails = {
  id: string
  secret: string
  tenants: string[]
  scopes?: repository.ServiceClient['scopes'] | undefined
}

/** Creates the service client, or updates the one with this id to this secret and these tenants. */
export async function provisionClient(
  db: Database,
  { id, secret, tenants, scopes = [] }: ClientDetails,
): Promise<Outcome> {
  const secretHash = await hashPassword(secret)
  return db.transaction(async (tx) => {
    await assertTenantsExist(tx, tenants)
    if (await repository.insertClient(tx, { id, secretHash, tenants, scopes })) return 'Created'

    const known = await repository.lockClient(tx, id)
    if (!known) throw new Error('The client has just been removed; run the command again')
    const isSame =
      isSameSet(known.tenants, tenants) &&
      isSameSet(known.scopes, scopes) &&
      (await verifyPassword(known.secretHash, secret))
    if (isSame) return 'Unchanged'
    await repository.updateClient(tx, { id, secretHash, tenants, scopes })
    return 'Updated'
  })
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join()
}
