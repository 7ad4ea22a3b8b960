import { createPrivateKey, createSecretKey } from 'node:crypto'
import { mailSender } from '@coursewire/events'
import { baseConfig, baseUrl, commaList, tokenConfig } from '@coursewire/service-kit'
import { z } from 'zod'
import { plainId } from './fields.ts'

export const service = { name: 'enrollment-api', version: '1.0.0' }

const signingKey = z.string().transform((pem, context) => {
  try {
    // In a file with one variable per line, line breaks are escaped.
    const key = createPrivateKey(pem.replaceAll(String.raw`\n`, '\n'))
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  } catch {
    // Reported below, without any part of the key.
  }
  context.addIssue('Expected a P-256 private key as PKCS #8 PEM')
  return z.NEVER
})

const topicArnOrOff = z
  .string()
  .regex(/^(off|arn:aws[\w-]*:sns:[a-z\d-]+:\d{12}:[\w-]{1,256})$/, 'Expected an SNS topic ARN or "off"')

const keySeal = z
  .base64url()
  .refine((text) => Buffer.from(text, 'base64url').length >= 32, 'Expected at least 32 random bytes as base64url')
  .transform((text) => createSecretKey(text, 'base64url'))

const emailSenders = commaList.pipe(z.array(mailSender)).default([])

export const configSchema = z.object({
  ...baseConfig,
  ...tokenConfig,
  ENROLLMENT_COMPLETED_TOPIC_ARN: topicArnOrOff,
  JWT_PRIVATE_KEY: signingKey,
  /** Seals the private keys in the database, and signs the links in mails. */
  KEY_SEAL: keySeal,
  /** The pages of the product: where links in mails lead, and the only origin that may use the refresh cookie. */
  WEB_URL: baseUrl,
  /** The senders that tenants may choose from. Alike for email-worker. */
  EMAIL_SENDERS: emailSenders,
  DISTRIBUTION_SERVICE_URL: baseUrl,
  EMAIL_WORKER_URL: baseUrl,
  INSIGHTS_URL: baseUrl,
  SERVICE_CLIENT_ID: plainId,
  SERVICE_CLIENT_SECRET: z.string(),
})

export type Config = z.output<typeof configSchema>

export const rotateConfigSchema = z.object({ DATABASE_URL: baseConfig.DATABASE_URL, KEY_SEAL: keySeal })

export const cliConfigSchema = z.object({
  DATABASE_URL: baseConfig.DATABASE_URL,
  DEFAULT_TENANT: baseConfig.DEFAULT_TENANT.optional(),
  EMAIL_SENDERS: emailSenders,
})
