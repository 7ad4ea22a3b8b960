import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createTurns, type Place } from '@coursewire/service-kit'
import { hash, verify } from '@node-rs/argon2'

// A core stays free for everything else, and of the four threads of libuv one.
const CONCURRENT = Math.min(3, Math.max(1, availableParallelism() - 1))
const MAX_WAITING = 50
/** Fewer than may wait in all: one address never fills a lane. */
const MAX_WAITING_EACH = 20

/**
 * Argon2id, 19 MiB and two passes, which are the defaults of the library. The password is hashed in NFC, as some keyboards
 * write ä as one character and some as two.
 */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'))
}

/** Whether the hash is of this password, in whatever form it was hashed: once it was as it had been typed. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  const forms = new Set([password.normalize('NFC'), password, password.normalize('NFD')])
  for (const form of forms) if (await verify(passwordHash, form)) return true
  return false
}

/**
 * Checks passwords on threads beside the event loop, a few at a time and each in its turn. Where too many wait in a lane, the
 * next is refused with `unavailable`: a flood costs other requests nothing, and other lanes a part of the time.
 */
export async function createPasswordCheck() {
  const nobodysHash = await hashPassword(randomBytes(16).toString('hex'))
  const takeTurn = createTurns({
    concurrent: CONCURRENT,
    maxWaiting: MAX_WAITING,
    maxWaitingEach: MAX_WAITING_EACH,
  })

  /** False without a hash too, and after the same time: nobody learns who has an account. */
  return async (passwordHash: string | undefined, password: string, place: Place): Promise<boolean> => {
    const matches = await takeTurn(place, () => verifyPassword(passwordHash ?? nobodysHash, password))
    return matches && passwordHash !== undefined
  }
}

export type PasswordCheck = Awaited<ReturnType<typeof createPasswordCheck>>
