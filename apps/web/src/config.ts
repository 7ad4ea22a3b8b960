import { baseConfig, baseUrl } from '@coursewire/service-kit'
import { z } from 'zod'

export const service = { name: 'web', version: '1.0.0' }

const { DATABASE_URL: _, ...shared } = baseConfig

export const configSchema = z.object({
  ...shared,
  ENROLLMENT_API_URL: baseUrl,
  DISTRIBUTION_SERVICE_URL: baseUrl,
  WEB_URL: baseUrl,
  SERVICE_CLIENT_ID: z.string(),
  SERVICE_CLIENT_SECRET: z.string(),
})

export type Config = z.output<typeof configSchema>
