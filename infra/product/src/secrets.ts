import { clientNames, databases } from './product.ts'

/**
 * The name of each secret, in the shape of the secrets themselves. `secretSettingsOf` with these names says which setting holds which secret.
 */
export const secretNames = {
  jwtPrivateKey: 'jwt-private-key',
  keySeal: 'key-seal',
  addressHashKey: 'address-hash-key',
  auditSealKey: 'audit-seal-key',
  databases: named(
    databases.map(({ database }) => database),
    (database) => ({ owner: `${database}-owner-password`, run: `${database}-password` }),
  ),
  clients: named(clientNames, (client) => `${client}-client-secret`),
}

/** The variable in which `setup` finds a secret: EMAIL_OWNER_PASSWORD. */
export const secretVariable = (name: string) => name.replaceAll('-', '_').toUpperCase()

function named<Key extends string, Value>(keys: Key[], make: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>
}
