import { createLogger, loadConfig, openResources, runProcess } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema, service } from './config.ts'
import { createContext } from './context.ts'

const logger = createLogger({ service: service.name, version: service.version, level: 'info' })

runProcess({
  logger,
  start: () =>
    openResources(async (adopt) => {
      const config = loadConfig(configSchema, process.env)
      logger.level = config.LOG_LEVEL
      const ctx = adopt(await createContext(config, logger), (opened) => opened.close())
      const app = adopt(await buildApp(ctx), (built) => built.close())
      await app.listen({ host: config.HOST, port: config.PORT })
      ctx.messaging.start()
      return {}
    }),
})
