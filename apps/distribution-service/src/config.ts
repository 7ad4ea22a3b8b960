import { baseConfig } from '@coursewire/service-kit'
import { z } from 'zod'

export const configSchema = z.object({
  ...baseConfig,
  /** Where the public's pages are: a course is at `/courses/<slug>` below it. */
  PUBLIC_BASE_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
})

export type Config = z.output<typeof configSchema>

/** The owner role, which alone may change tables. */
export const migrateConfigSchema = z.object({ MIGRATE_DATABASE_URL: baseConfig.DATABASE_URL })
