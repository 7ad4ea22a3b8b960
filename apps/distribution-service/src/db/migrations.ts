import { fileURLToPath } from 'node:url'
import { messagingMigrations } from '@coursewire/messaging'
import { migrate } from '@coursewire/service-kit'

const ownMigrations = {
  folder: fileURLToPath(new URL('../../migrations', import.meta.url)),
  table: 'migrations',
}

export function migrateDatabase(ownerUrl: string): Promise<void> {
  return migrate(ownerUrl, [messagingMigrations, ownMigrations])
}
