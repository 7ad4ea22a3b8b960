import { baseConfig, baseUrl } from '@coursewire/service-kit'
import { z } from 'zod'
import { indexNowKey } from './search-engines/index-now.ts'

export const service = { name: 'web', version: '1.0.0' }

const { DATABASE_URL: _, ...shared } = baseConfig

export const configSchema = z.object({
  ...shared,
  ENROLLMENT_API_URL: baseUrl,
  DISTRIBUTION_SERVICE_URL: baseUrl,
  EMAIL_WORKER_URL: baseUrl,
  AUDIT_LOG_URL: baseUrl,
  INSIGHTS_URL: baseUrl,
  WEB_URL: baseUrl,
  SERVICE_CLIENT_ID: z.string(),
  SERVICE_CLIENT_SECRET: z.string(),
  /** Without it, search engines are not told of changes. */
  INDEXNOW_KEY: indexNowKey.optional(),
  /** The CloudFront distribution before us. Without it, no shared cache may keep pages. */
  CLOUDFRONT_DISTRIBUTION_ID: z.string().optional(),
  /** How long CloudFront keeps a page that no event is about. */
  CDN_SECONDS: z.coerce.number().int().min(1).default(600),
})

export type Config = z.output<typeof configSchema>
