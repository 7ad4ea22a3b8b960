import { loadConfig } from '@coursewire/service-kit'
import { migrateConfigSchema } from './config.ts'
import { migrateDatabase } from './db/migrations.ts'

await migrateDatabase(loadConfig(migrateConfigSchema, process.env).MIGRATE_DATABASE_URL)
