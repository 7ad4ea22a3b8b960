import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { AppError } from '../app-error.ts'
import type { Logger } from '../logger.ts'

const refreshMs = 300_000
const restMs = 1_000

/** The keys that access tokens are checked with. */
export interface KeySet {
  /** Throws for a key that is not in the set, and `keys.unavailable` while there is no set. */
  findKey(header: JWSHeaderParameters): Promise<CryptoKey>
  /** Throws while there is no set. */
  assertKnown(): Promise<void>
  /** Whether a key may have been withdrawn since the last call. */
  hasChanged(): boolean
  close(): void
}

const refuse = (cause?: unknown) =>
  new AppError('unavailable', 'keys.unavailable', 'The key set is not known', {}, { cause })

/**
 * The key set of another service. It is fetched on first use and every five minutes, kept while it cannot be fetched, and fetched again for an
 * unknown key id at most every 30 seconds.
 */
export function createFetchedKeySet(url: string, logger: Logger): KeySet {
  let restUntil = 0
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: 30_000,
    // jose only pauses after a success, but requests must not flood an endpoint that is down.
    [customFetch]: async (address, init) => {
      if (performance.now() < restUntil) throw new Error('The key set could not be fetched a moment ago')
      restUntil = performance.now() + restMs
      const response = await fetch(address, init)
      if (response.ok) restUntil = 0
      return response
    },
  })
  let isFresh = false
  const refresh = setInterval(() => {
    if (!keys.jwks()) return
    keys
      .reload()
      .then(() => {
        isFresh = true
      })
      .catch((err) => logger.warn({ err }, 'Key set not refreshed'))
  }, refreshMs).unref()

  return {
    findKey: (header) =>
      keys(header).catch((cause: unknown) => {
        throw keys.jwks() ? cause : refuse(cause)
      }),
    async assertKnown() {
      if (!keys.jwks()) await keys.reload()
    },
    hasChanged() {
      const wasFresh = isFresh
      isFresh = false
      return wasFresh
    },
    close: () => clearInterval(refresh),
  }
}

/** The key set of this service. `read` returns the same object as before unless a key came or went. */
export function createOwnKeySet(read: () => JSONWebKeySet | null): KeySet {
  const resolvers = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>()
  let last: JSONWebKeySet | null = null

  return {
    async findKey(header) {
      const current = read()
      if (!current) throw refuse()
      const resolve = resolvers.get(current) ?? createLocalJWKSet(current)
      resolvers.set(current, resolve)
      return resolve(header)
    },
    async assertKnown() {
      if (!read()) throw refuse()
    },
    hasChanged() {
      const before = last
      last = read()
      return last !== before
    },
    close: () => undefined,
  }
}
