import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { AppError } from '@coursewire/service-kit'
import { hash, verify } from '@node-rs/argon2'

// A core stays free for everything else, and of the four threads of libuv one.
const CONCURRENT = Math.min(3, Math.max(1, availableParallelism() - 1))
const MAX_WAITING = 50

/** Argon2id, 19 MiB and two passes, which are the defaults of the library. */
export function hashPassword(password: string): Promise<string> {
  return hash(password)
}

/**
 * Checks passwords on threads beside the event loop, a few at a time. Who finds the queue full is refused with
 * `unavailable`: a flood of sign-ins costs other requests nothing.
 */
export async function createPasswordCheck() {
  const nobodysHash = await hashPassword(randomBytes(16).toString('hex'))
  const waiting: (() => void)[] = []
  let running = 0

  async function takeTurn(): Promise<void> {
    if (running < CONCURRENT) {
      running += 1
    } else if (waiting.length < MAX_WAITING) {
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      throw new AppError('unavailable', 'passwords.busy', 'Too many password checks at once')
    }
  }

  function passTurn(): void {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }

  /** False without a hash too, and after the same time: nobody learns who has an account. */
  return async (passwordHash: string | undefined, password: string): Promise<boolean> => {
    await takeTurn()
    try {
      const matches = await verify(passwordHash ?? nobodysHash, password)
      return matches && passwordHash !== undefined
    } finally {
      passTurn()
    }
  }
}

export type PasswordCheck = Awaited<ReturnType<typeof createPasswordCheck>>
