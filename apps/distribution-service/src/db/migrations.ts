import { fileURLToPath } from 'node:url'
import { messagingMigrations } from '@coursewire/messaging'

/** `migrate` applies them in this order. */
export const migrations = [
  messagingMigrations,
  { folder: fileURLToPath(new URL('../../migrations', import.meta.url)), table: 'migrations' },
]
