import { fileURLToPath } from 'node:url'
import { messagingMigrations } from '@coursewire/messaging'
import { loadConfig, migrate, runTask } from '@coursewire/service-kit'
import { migrateConfigSchema } from './config.ts'

const folder = fileURLToPath(new URL('../migrations', import.meta.url))

await runTask(async () => {
  const { MIGRATE_DATABASE_URL } = loadConfig(migrateConfigSchema, process.env)
  await migrate(MIGRATE_DATABASE_URL, [messagingMigrations, { folder, table: 'migrations' }])
})
