/** Writes openapi.json from the routes; with `--check` it only says whether the file is stale. Needs no server. */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createLogger, loadConfig } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema } from './config.ts'
import { createContext } from './context.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const config = loadConfig(configSchema, {
  DATABASE_URL: 'postgres://localhost/none',
  KAFKA_BROKERS: 'localhost:9092',
  JWT_ISSUER: 'none',
  JWT_AUDIENCE: 'none',
  JWKS_URL: 'http://localhost/.well-known/jwks.json',
  JWT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  DEFAULT_TENANT: 'none',
  ENROLLMENT_COMPLETED_TOPIC_ARN: 'off',
  DISTRIBUTION_SERVICE_URL: 'http://localhost',
  SERVICE_CLIENT_ID: 'none',
  SERVICE_CLIENT_SECRET: 'none',
})
const ctx = await createContext(config, createLogger({ service: 'docs', level: 'silent' }))
const app = await buildApp(ctx)
const answer = await app.inject('/openapi.json')
await app.close()
await ctx.close()

const page = `${JSON.stringify(answer.json(), null, 2)}\n`
const file = new URL('../openapi.json', import.meta.url)
if (!process.argv.includes('--check')) {
  await writeFile(file, page)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== page) {
  process.stderr.write('apps/enrollment-api/openapi.json is stale: run `pnpm run docs` in apps/enrollment-api\n')
  process.exitCode = 1
}
