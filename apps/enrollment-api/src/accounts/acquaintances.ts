import { createHmac, randomBytes } from 'node:crypto'

const MAX_CLIENTS = 1_000
const MAX_PEOPLE = 10_000

/**
 * Remembers the callers that have shown this process a correct secret. They are served separately from strangers, who may be a
 * flood. The memory is bounded; a caller that is forgotten is a stranger again.
 */
export function createAcquaintances() {
  /** The stored hash that a secret matched, by a keyed digest of client and secret. The secret itself is not kept. */
  const clients = new Map<string, string>()
  const people = new Map<string, true>()
  const digestKey = randomBytes(32)
  const digest = (clientId: string, secret: string) =>
    createHmac('sha256', digestKey)
      .update(JSON.stringify([clientId, secret]))
      .digest('base64url')

  return {
    knowsSecret: (clientId: string, secret: string): boolean => clients.has(digest(clientId, secret)),
    /** Whether the secret matched this same hash before. Forgets a secret that matched another hash. */
    hasProven(clientId: string, secret: string, secretHash: string | undefined): boolean {
      const known = digest(clientId, secret)
      const isProven = secretHash !== undefined && clients.get(known) === secretHash
      if (!isProven) clients.delete(known)
      return isProven
    },
    rememberSecret(clientId: string, secret: string, secretHash: string): void {
      put(clients, digest(clientId, secret), secretHash, MAX_CLIENTS)
    },
    /** Whether somebody has signed in to this account from this address. Anybody who guesses from elsewhere stays a stranger. */
    knowsPerson: (account: string, address: string): boolean => people.has(JSON.stringify([account, address])),
    rememberPerson: (account: string, address: string): void =>
      put(people, JSON.stringify([account, address]), true, MAX_PEOPLE),
  }
}

/** Adds the entry as the newest, and removes the oldest if there are too many. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key)
  const [oldest] = map.keys()
  if (map.size >= max && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
