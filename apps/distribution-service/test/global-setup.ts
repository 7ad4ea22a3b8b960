import { createGlobalSetup } from '@coursewire/testing'
import { migrateDatabase } from '../src/db/migrations.ts'

export const setup = createGlobalSetup({ service: 'distribution', migrate: migrateDatabase })
