import { createLogger, loadConfig, openResources, runProcess } from '@coursewire/service-kit'
import { buildApp } from './app.ts'
import { configSchema } from './config.ts'
import { createContext, service, version } from './context.ts'

const logger = createLogger({ service, version, level: 'info' })

runProcess({
  logger,
  start: () =>
    openResources(async (adopt) => {
      const config = loadConfig(configSchema, process.env)
      logger.level = config.LOG_LEVEL
      const ctx = adopt(await createContext(config, { logger }), (it) => it.close())
      const app = adopt(await buildApp(ctx), (it) => it.close())
      await app.listen({ host: config.HOST, port: config.PORT })
      ctx.messaging.start()
      return {}
    }),
})
