import { printOpenApi } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

await printOpenApi(
  { service, configSchema, createContext, buildApp },
  { ENROLLMENT_API_URL: 'http://localhost', SERVICE_CLIENT_ID: 'none', SERVICE_CLIENT_SECRET: 'none' },
)
