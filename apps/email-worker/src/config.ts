import { readAddress } from '@coursewire/events'
import { baseConfig, baseUrl } from '@coursewire/service-kit'
import { z } from 'zod'

export const service = { name: 'email-worker', version: '1.0.0' }

/** `hello@example.com` or `Coursewire <hello@example.com>`. */
const sender = z.string().transform((value, context) => {
  const [, name = '', written = value] = /^([\w .-]+ )<([^<>]*)>$/.exec(value) ?? []
  const { address, fault } = readAddress(written)
  if (address !== null) return name === '' ? address : `${name}<${address}>`
  context.addIssue(fault)
  return z.NEVER
})

export const configSchema = z.object({
  ...baseConfig,
  AWS_REGION: z.string().default('us-east-1'),
  EMAIL_FROM: sender,
  SES_CONFIGURATION_SET: z.string().optional(),
  EMAIL_UNKNOWN_AFTER_SECONDS: z.coerce.number().int().min(1).default(60),
  ENROLLMENT_API_URL: baseUrl,
  DISTRIBUTION_SERVICE_URL: baseUrl,
  WEB_URL: baseUrl,
  SERVICE_CLIENT_ID: z.string(),
  SERVICE_CLIENT_SECRET: z.string(),
})

export type Config = z.output<typeof configSchema>

export const cliConfigSchema = z.object({ DATABASE_URL: baseConfig.DATABASE_URL })
