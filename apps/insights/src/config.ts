import { baseConfig, baseUrl, kafkaConfig, migrateConfig, tokenConfig } from '@coursewire/service-kit'
import { z } from 'zod'

export const service = { name: 'insights', version: '1.0.0' }

export const configSchema = z.object({
  ...baseConfig,
  ...tokenConfig,
  ENROLLMENT_API_URL: baseUrl,
  SERVICE_CLIENT_ID: z.string(),
  SERVICE_CLIENT_SECRET: z.string(),
})

export type Config = z.output<typeof configSchema>

export const cliConfigSchema = migrateConfig.extend(kafkaConfig)
