import { loadConfig, migrate, runTask } from '@coursewire/service-kit'
import { migrateConfigSchema } from './config.ts'
import { migrations } from './db/migrations.ts'

await runTask(() => migrate(loadConfig(migrateConfigSchema, process.env).MIGRATE_DATABASE_URL, migrations))
