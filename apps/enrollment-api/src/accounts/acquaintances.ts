import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

const MAX_CLIENTS = 1_000
const MAX_PEOPLE = 10_000

/**
 * Remembers the callers that have shown this process a correct secret. They are served separately from strangers, who may be a
 * flood. The memory is bounded; a caller that is forgotten is a stranger again.
 */
export function createAcquaintances() {
  /** The stored hash that a secret matched, by a keyed digest of client and secret. The secret itself is not kept. */
  const clients = new LRUCache<string, string>({ max: MAX_CLIENTS })
  const people = new LRUCache<string, true>({ max: MAX_PEOPLE })
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
      clients.set(digest(clientId, secret), secretHash)
    },
    /** Whether somebody has signed in to this account from this address. Anybody who guesses from elsewhere stays a stranger. */
    knowsPerson: (account: string, address: string): boolean => people.has(JSON.stringify([account, address])),
    rememberPerson(account: string, address: string): void {
      people.set(JSON.stringify([account, address]), true)
    },
  }
}
