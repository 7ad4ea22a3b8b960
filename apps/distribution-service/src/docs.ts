import { printOpenApi } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

await printOpenApi({ service, configSchema, createContext, buildApp }, { WEB_URL: 'http://localhost' })
