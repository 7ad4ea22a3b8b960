import { loadConfig, migrate } from '@coursewire/service-kit'
import { migrateConfigSchema } from './config.ts'
import { migrations } from './db/migrations.ts'

const { MIGRATE_DATABASE_URL } = loadConfig(migrateConfigSchema, process.env)
await migrate(MIGRATE_DATABASE_URL, migrations)
