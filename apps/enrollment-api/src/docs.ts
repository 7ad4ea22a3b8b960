import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { printOpenApi } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
await printOpenApi(
  { service, configSchema, createContext, buildApp },
  {
    JWT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    KEY_SEAL: randomBytes(32).toString('base64url'),
    WEB_URL: 'http://localhost',
    ENROLLMENT_COMPLETED_TOPIC_ARN: 'off',
    DISTRIBUTION_SERVICE_URL: 'http://localhost',
    EMAIL_WORKER_URL: 'http://localhost',
    INSIGHTS_URL: 'http://localhost',
    SERVICE_CLIENT_ID: 'none',
    SERVICE_CLIENT_SECRET: 'none',
  },
)
