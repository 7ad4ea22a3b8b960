import { openMessaging } from '@coursewire/messaging'
import { createDatabase, createPool, type Logger, openResources } from '@coursewire/service-kit'
import { type Config, service } from './config.ts'
import { createHandlers } from './consumer.ts'
import { startSealer } from './seals/sealer.ts'

/** Opens all parts of the service. They close in reverse order. */
export function createContext(config: Config, logger: Logger) {
  return openResources(async (adopt) => {
    const pool = createPool({ url: config.DATABASE_URL, max: 10, name: service.name, logger })
    const db = createDatabase(adopt(pool, (opened) => opened.end()))
    adopt(startSealer({ db, keys: config.AUDIT_SEAL_KEY, logger }), (opened) => opened.close())
    const handlers = createHandlers(config.DEAD_LETTER_TOPICS)
    const messaging = adopt(openMessaging({ service, config, db, logger, handlers, gathers: true }), (opened) =>
      opened.close(),
    )
    return { config, logger, db, messaging }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
