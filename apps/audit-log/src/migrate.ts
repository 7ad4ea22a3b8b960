import { loadConfig, runMigrations } from '@coursewire/service-kit'
import { maintenanceConfigSchema } from './config.ts'
import { migrations } from './db/migrations.ts'
import { maintainMonths } from './records/months.ts'

// A deployment runs this once a day with --maintain, which leaves the tables as they are and only makes and drops their months.
const isMaintenance = process.argv.includes('--maintain')
await runMigrations(isMaintenance ? [] : migrations, process.env, (db) =>
  maintainMonths(db, loadConfig(maintenanceConfigSchema, process.env).AUDIT_RETENTION_MONTHS),
)
