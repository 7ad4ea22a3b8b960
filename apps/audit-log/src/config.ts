import { baseConfig, baseUrl, commaList, tokenConfig } from '@coursewire/service-kit'
import { z } from 'zod'
import { readSealKeys } from './seals/seal.ts'

export const service = { name: 'audit-log', version: '1.0.0' }

/** Keys in PEM, one after the other. The first signs; all of them are accepted where seals are verified. */
const sealKeys = z.string().transform((pem, context) => {
  try {
    return readSealKeys(pem)
  } catch {
    context.addIssue('Expected P-256 keys in PEM, the private one that signs first')
    return z.NEVER
  }
})

const retentionMonths = z.coerce.number().int().min(1).max(1_200).default(24)

export const configSchema = z.object({
  ...baseConfig,
  ...tokenConfig,
  AUDIT_SEAL_KEY: sealKeys,
  /** The topics with the dead letters of the other apps. */
  DEAD_LETTER_TOPICS: commaList,
  WEB_URL: baseUrl,
})

export type Config = z.output<typeof configSchema>

export const maintenanceConfigSchema = z.object({ AUDIT_RETENTION_MONTHS: retentionMonths })

export const cliConfigSchema = z.object({
  DATABASE_URL: baseConfig.DATABASE_URL,
  AUDIT_SEAL_KEY: sealKeys,
  AUDIT_RETENTION_MONTHS: retentionMonths,
})

export const exportConfigSchema = cliConfigSchema.pick({ DATABASE_URL: true })
