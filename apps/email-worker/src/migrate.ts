import { fileURLToPath } from 'node:url'
import { messagingMigrations } from '@coursewire/messaging'
import { loadConfig, migrate } from '@coursewire/service-kit'
import { migrateConfigSchema } from './config.ts'

const folder = fileURLToPath(new URL('../migrations', import.meta.url))
const { MIGRATE_DATABASE_URL } = loadConfig(migrateConfigSchema, process.env)
await migrate(MIGRATE_DATABASE_URL, [messagingMigrations, { folder, table: 'migrations' }])
