import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createTurns, type Place } from '@coursewire/service-kit'
import { hash, verify } from '@node-rs/argon2'

// Leaves one core, and one of libuv's four threads, to everything else.
const CONCURRENT = Math.min(3, Math.max(1, availableParallelism() - 1))
const MAX_WAITING = 50
/** Less than the total, so that one address never fills a lane. */
const MAX_WAITING_EACH = 20

/**
 * Hashes with the library's defaults: Argon2id, 19 MiB, two passes. Normalises the password to NFC, because some keyboards write ä as
 * one character and some as two.
 */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'))
}

/** Whether the hash matches the password in any form. Older hashes were made from the password as typed. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  const forms = new Set([password.normalize('NFC'), password, password.normalize('NFD')])
  for (const form of forms) if (await verify(passwordHash, form)) return true
  return false
}

/**
 * Checks and hashes passwords outside the event loop, a few at a time and in turns. If too many wait in a lane, the next one is refused with
 * `unavailable`. So a flood costs other requests nothing, and other lanes only a part of the hashing time.
 */
export function createPasswords() {
  // The start does not wait for it.
  const nobodysHash = hashPassword(randomBytes(16).toString('hex'))
  const takeTurn = createTurns({
    concurrent: CONCURRENT,
    maxWaiting: MAX_WAITING,
    maxWaitingEach: MAX_WAITING_EACH,
  })

  return {
    /**
     * Returns the holder if the password is right. Calls `findHolder` while it waits for its turn, but only if there is a place to wait, so a
     * flood costs few statements. Without a holder it takes the same time, so that nobody learns who has an account.
     */
    check: <Holder extends { hash: string }>(
      findHolder: () => Promise<Holder | null>,
      password: string,
      place: Place,
    ): Promise<Holder | null> =>
      takeTurn(
        place,
        async (holder) => {
          const isRight = await verifyPassword(holder?.hash ?? (await nobodysHash), password)
          return holder && isRight ? holder : null
        },
        findHolder,
      ),
    hash: (password: string, place: Place): Promise<string> => takeTurn(place, () => hashPassword(password)),
  }
}

export type Passwords = ReturnType<typeof createPasswords>
