import { createLogger, loadConfig, openResources, runProcess } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema } from './config.ts'
import { createContext, service, version } from './context.ts'

const config = loadConfig(configSchema, process.env)
const logger = createLogger({ service, version, level: config.LOG_LEVEL })

runProcess({
  logger,
  start: () =>
    openResources(async (adopt) => {
      const ctx = adopt(await createContext(config, { logger }), (it) => it.close())
      const app = adopt(await buildApp(ctx), (it) => it.close())
      await app.listen({ host: config.HOST, port: config.PORT })
      return {}
    }),
})
