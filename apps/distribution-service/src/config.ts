import { baseConfig } from '@coursewire/service-kit'
import { z } from 'zod'

export const configSchema = z.object(baseConfig)

export type Config = z.output<typeof configSchema>

/** The owner role, which alone may change tables. */
export const migrateConfigSchema = z.object({ MIGRATE_DATABASE_URL: baseConfig.DATABASE_URL })
