import { generateKeyPairSync } from 'node:crypto'
import { printOpenApi } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
await printOpenApi(
  { service, configSchema, createContext, buildApp },
  {
    AUDIT_SEAL_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    DEAD_LETTER_TOPICS: 'none',
    WEB_URL: 'http://localhost',
  },
)
