import { toAddressKey } from '@coursewire/events'
import { type Database, now } from '@coursewire/service-kit'
import { v7 as uuidv7 } from 'uuid'
import { hashPassword, verifyPassword } from './passwords.ts'
import * as repository from './repository.ts'

export type Outcome = 'Created' | 'Updated' | 'Unchanged'

type UserDetails = Pick<repository.User, 'tenantId' | 'email' | 'name' | 'locale' | 'roles'> & { password: string }

/** Creates the user, or updates the one with this address to these details. */
export async function provisionUser(db: Database, details: UserDetails): Promise<{ id: string; outcome: Outcome }> {
  const { password, ...wanted } = details
  const passwordHash = await hashPassword(password)
  return db.transaction(async (tx) => {
    // An operator vouches for the address.
    const user = {
      ...wanted,
      id: `usr_${uuidv7()}`,
      emailKey: toAddressKey(wanted.email),
      passwordHash,
      verifiedAt: now(),
      disabledAt: null,
    }
    if (await repository.insertUser(tx, user)) return { id: user.id, outcome: 'Created' }

    const known = await repository.lockUserByEmail(tx, user.tenantId, user.emailKey)
    if (!known) throw new Error('The user has just been removed; run the command again')
    const isSame =
      known.email === wanted.email &&
      known.name === wanted.name &&
      known.locale === wanted.locale &&
      isSameSet(known.roles, wanted.roles) &&
      (await verifyPassword(known.passwordHash, password))
    if (isSame) return { id: known.id, outcome: 'Unchanged' }
    await repository.updateUser(tx, { ...user, id: known.id, disabledAt: known.disabledAt })
    return { id: known.id, outcome: 'Updated' }
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
