import type * as library from '@node-rs/argon2'
import { vi } from 'vitest'

// Most tests need a password, and few a hash that is slow to make: the cheapest one that Argon2id knows will do. A test that needs
// those of production unmocks the library.
vi.mock('@node-rs/argon2', async (importOriginal) => {
  const argon2 = await importOriginal<typeof library>()
  return { ...argon2, hash: (password: string) => argon2.hash(password, { memoryCost: 8, timeCost: 1 }) }
})
