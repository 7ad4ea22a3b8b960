import { baseConfig, baseUrl, migrateConfig, tokenConfig } from '@coursewire/service-kit'
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

const { KAFKA_BROKERS, KAFKA_SSL, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = baseConfig

export const cliConfigSchema = migrateConfig.extend({
  KAFKA_BROKERS,
  KAFKA_SSL,
  KAFKA_SASL_MECHANISM,
  KAFKA_SASL_USERNAME,
  KAFKA_SASL_PASSWORD,
})
