import { baseConfig, baseUrl, tokenConfig } from '@coursewire/service-kit'
import { z } from 'zod'

export const service = { name: 'distribution-service', version: '1.0.0' }

export const configSchema = z.object({
  ...baseConfig,
  ...tokenConfig,
  /** The time between two events about the views of an entry. */
  VIEW_WINDOW_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  /** The address of the public's pages. A course is at `/courses/<slug>` below it. */
  WEB_URL: baseUrl,
})

export type Config = z.output<typeof configSchema>
