import { runService } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

runService({ service, configSchema, createContext, buildApp }, process.env)
