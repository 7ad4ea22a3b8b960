import { createHmac, randomBytes } from 'node:crypto'

const MAX_CLIENTS = 1_000
const MAX_PEOPLE = 10_000

/**
 * Remembers who has shown this process a right secret: they are served beside the strangers, who may be a flood. Bounded:
 * whoever is forgotten is a stranger again.
 */
export function createAcquaintances() {
  /** The stored hash that a secret was right for, by a keyed digest of client and secret: the secret itself is not kept. */
  const clients = new Map<string, string>()
  const people = new Map<string, true>()
  const digestKey = randomBytes(32)
  const digest = (clientId: string, secret: string) =>
    createHmac('sha256', digestKey)
      .update(JSON.stringify([clientId, secret]))
      .digest('base64url')

  return {
    knowsSecret: (clientId: string, secret: string): boolean => clients.has(digest(clientId, secret)),
    /** Whether the secret was right for this very hash; forgets one that was right for another. */
    hasProven(clientId: string, secret: string, secretHash: string | undefined): boolean {
      const known = digest(clientId, secret)
      const isProven = secretHash !== undefined && clients.get(known) === secretHash
      if (!isProven) clients.delete(known)
      return isProven
    },
    rememberSecret(clientId: string, secret: string, secretHash: string): void {
      put(clients, digest(clientId, secret), secretHash, MAX_CLIENTS)
    },
    /** Whether this account was signed in to from this address: who guesses its password elsewhere is not known. */
    knowsPerson: (account: string, address: string): boolean => people.has(JSON.stringify([account, address])),
    rememberPerson: (account: string, address: string): void =>
      put(people, JSON.stringify([account, address]), true, MAX_PEOPLE),
  }
}

/** Puts it in as the latest; the oldest goes where there are too many. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key)
  const [oldest] = map.keys()
  if (map.size >= max && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
