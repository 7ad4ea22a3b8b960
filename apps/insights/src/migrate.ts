import { runMigrations } from '@coursewire/service-kit'
import { migrations } from './db/migrations.ts'

await runMigrations(migrations, process.env)
