import { runMigrations } from '@coursewire/service-kit'
import { writeAllTerms } from './catalogue/listings.ts'
import { migrations } from './db/migrations.ts'

await runMigrations(migrations, process.env, writeAllTerms)
