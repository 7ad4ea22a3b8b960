import { mailSender } from '@coursewire/events'
import { baseConfig, baseUrl, commaList, tokenConfig } from '@coursewire/service-kit'
import { z } from 'zod'

export const service = { name: 'email-worker', version: '1.0.0' }

export const configSchema = z.object({
  ...baseConfig,
  ...tokenConfig,
  AWS_REGION: z.string().default('us-east-1'),
  EMAIL_FROM: mailSender,
  /** Whom tenants may choose instead. Alike for enrollment-api. */
  EMAIL_SENDERS: commaList.pipe(z.array(mailSender)).default([]),
  SES_CONFIGURATION_SET: z.string().optional(),
  /** Keys the hashes of suppressed addresses. A new key forgets them all. */
  ADDRESS_HASH_KEY: z.string().min(32),
  /** The topics whose messages are taken at /webhooks/sns. */
  SNS_TOPIC_ARNS: commaList.pipe(z.array(z.string().startsWith('arn:'))).default([]),
  /** The address of SNS, if it is not AWS. The SDK reads the same variable. */
  AWS_ENDPOINT_URL_SNS: baseUrl.optional(),
  /** The ways by which an enrolment brings its welcome mail. */
  WELCOME_FROM: z.enum(['kafka', 'sns', 'both']).default('kafka'),
  EMAIL_UNKNOWN_AFTER_SECONDS: z.coerce.number().int().min(1).default(60),
  ENROLLMENT_API_URL: baseUrl,
  DISTRIBUTION_SERVICE_URL: baseUrl,
  WEB_URL: baseUrl,
  SERVICE_CLIENT_ID: z.string(),
  SERVICE_CLIENT_SECRET: z.string(),
})

export type Config = z.output<typeof configSchema>

export const cliConfigSchema = z.object({ DATABASE_URL: baseConfig.DATABASE_URL })

/** The address of a running email-worker that takes letters of SNS. */
export const doorConfigSchema = z.object({ EMAIL_WORKER_URL: baseUrl })

/** The settings with which enrollment-api can be asked as well. */
export const comparingConfigSchema = configSchema.pick({
  DATABASE_URL: true,
  DEFAULT_TENANT: true,
  ENROLLMENT_API_URL: true,
  SERVICE_CLIENT_ID: true,
  SERVICE_CLIENT_SECRET: true,
})
