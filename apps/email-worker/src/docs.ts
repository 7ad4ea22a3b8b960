import { randomUUID } from 'node:crypto'
import { printOpenApi } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

await printOpenApi(
  { service, configSchema, createContext, buildApp },
  {
    EMAIL_FROM: 'nobody@example.com',
    ADDRESS_HASH_KEY: randomUUID(),
    ENROLLMENT_API_URL: 'http://localhost',
    DISTRIBUTION_SERVICE_URL: 'http://localhost',
    WEB_URL: 'http://localhost',
    SERVICE_CLIENT_ID: 'none',
    SERVICE_CLIENT_SECRET: 'none',
  },
)
