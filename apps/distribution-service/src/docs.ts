/** Writes openapi.json from the routes; with `--check` it only says whether the file is stale. Needs no server. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createLogger, loadConfig } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema } from './config.ts'
import { createContext, service } from './context.ts'

const nowhere = {
  DATABASE_URL: 'postgres://localhost/nowhere',
  KAFKA_BROKERS: 'nowhere:9092',
  JWT_ISSUER: 'nobody',
  JWT_AUDIENCE: 'nobody',
  JWKS_URL: 'http://localhost/nowhere',
  DEFAULT_TENANT: 'nobody',
  PUBLIC_BASE_URL: 'http://localhost',
}
const logger = createLogger({ service, level: 'error' })
const ctx = await createContext(loadConfig(configSchema, nowhere), { logger })
const app = await buildApp(ctx)
await app.ready()
const page = `${JSON.stringify(app.swagger(), null, 2)}\n`
await app.close()
await ctx.close()

const file = new URL('../openapi.json', import.meta.url)
if (!process.argv.includes('--check')) {
  writeFileSync(file, page)
} else if (readFileSync(file, 'utf8') !== page) {
  logger.error('openapi.json is stale: run `pnpm run docs` in apps/distribution-service')
  process.exitCode = 1
}
