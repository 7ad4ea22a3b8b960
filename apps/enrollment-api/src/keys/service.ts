import type { KeyObject } from 'node:crypto'
import { AppError, createOutageLog, type Database, endProcess, type Logger } from '@coursewire/service-kit'
import type { JSONWebKeySet } from 'jose'
import * as repository from './repository.ts'
import { SealError, type Sealing } from './sealing.ts'
import { sealKey } from './signing-key.ts'

const RELOAD_MS = 10_000
/** Whoever has not read the keys for this long might sign with one that nobody knows any more. */
const MAX_AGE_MS = 60_000

/** A key in this process. */
export interface SigningKey {
  kid: string
  privateKey: KeyObject
  publicJwk: Record<string, string>
  /** Moments of `performance.now()`. */
  signsAt: number
  withdrawnAt: number
}

/**
 * Opens the signing keys in the database, of which `firstKey` becomes the first. Every instance reads them every few seconds, and a row says
 * when its key begins to sign, so all change keys at the same moment. Throws a SealError if the keys are sealed under another `KEY_SEAL`. While
 * the database cannot be reached, there are no keys, or those that were known last.
 */
export async function openSigningKeys(options: {
  db: Database
  firstKey: KeyObject
  sealing: Sealing
  logger: Logger
}) {
  const { db, firstKey, sealing, logger } = options
  const log = createOutageLog(logger, { failing: 'Signing keys not read', works: 'Signing keys read again' })
  let keys: SigningKey[] = []
  let readAt = Number.NEGATIVE_INFINITY
  let published: JSONWebKeySet | null = null
  let reading: Promise<void> | null = null

  function reload(): Promise<void> {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  async function read(): Promise<void> {
    const at = performance.now()
    const rows = await repository.listKeys(db)
    if (rows.length === 0) {
      await addFirstKey()
      return read()
    }
    keys = rows.map(({ kid, sealedPrivateKey, publicJwk, signsInSeconds, withdrawnInSeconds }) => ({
      kid,
      publicJwk,
      privateKey: keys.find((known) => known.kid === kid)?.privateKey ?? sealing.open(kid, sealedPrivateKey),
      signsAt: at + signsInSeconds * 1_000,
      withdrawnAt: at + (withdrawnInSeconds ?? Number.POSITIVE_INFINITY) * 1_000,
    }))
    readAt = at
  }

  /** Instances that start on an empty table at once add one key, even if they were given different ones. */
  async function addFirstKey(): Promise<void> {
    const key = await sealKey(firstKey, sealing)
    await db.transaction(async (tx) => {
      await repository.lockKeys(tx)
      if ((await repository.listKeys(tx)).length === 0) await repository.insertFirstKey(tx, key)
    })
  }

  await reload().catch((error) => {
    if (error instanceof SealError) throw error
    log.failed(error)
  })
  const timer = setInterval(() => {
    reload().then(log.worked, (error) => {
      if (error instanceof SealError && keys.length === 0) endProcess(error)
      log.failed(error)
    })
  }, RELOAD_MS).unref()

  return {
    reload,

    /** The public keys that tokens are checked with now. The same object as before, unless a key came or went. */
    keySet: (): JSONWebKeySet | null => {
      const at = performance.now()
      const jwks = keys.filter(({ withdrawnAt }) => withdrawnAt > at).map(({ publicJwk }) => publicJwk)
      const isSame =
        published?.keys.length === jwks.length && published.keys.every(({ kid }, i) => kid === jwks[i]?.kid)
      if (!isSame) published = jwks.length > 0 ? { keys: jwks as JSONWebKeySet['keys'] } : null
      return published
    },

    async getSigner(): Promise<SigningKey> {
      if (performance.now() - readAt > MAX_AGE_MS) {
        await reload().catch((cause: unknown) => {
          throw new AppError('unavailable', 'keys.unavailable', 'The signing keys cannot be read', {}, { cause })
        })
      }
      const at = performance.now()
      const key = keys.findLast(({ signsAt }) => signsAt <= at)
      if (!key) throw new AppError('unavailable', 'keys.unavailable', 'No key signs yet')
      return key
    },

    close: () => clearInterval(timer),
  }
}

export type SigningKeys = Awaited<ReturnType<typeof openSigningKeys>>
