import { baseConfig } from '@coursewire/service-kit'
import { z } from 'zod'

export const configSchema = z.object({
  ...baseConfig,
  /** How long views are added up before they are told of again. */
  VIEW_WINDOW_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  /** Where the public's pages are: a course is at `/courses/<slug>` below it. */
  PUBLIC_BASE_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
})

export type Config = z.output<typeof configSchema>

/** The owner role, which alone may change tables. */
export const migrateConfigSchema = z.object({ MIGRATE_DATABASE_URL: baseConfig.DATABASE_URL })
