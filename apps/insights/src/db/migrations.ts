import { fileURLToPath } from 'node:url'
import { messagingMigrations } from '@coursewire/messaging'

/** In the order in which `migrate` applies them. */
export const migrations = [
  messagingMigrations,
  { folder: fileURLToPath(new URL('../../migrations', import.meta.url)), table: 'migrations' },
]
