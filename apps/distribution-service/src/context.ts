import { type Messaging, openMessaging } from '@coursewire/messaging'
import { createDatabase, createPool, type Logger, type Moment, now, openResources } from '@coursewire/service-kit'
import { createCatalogue, LISTS_AT_ONCE } from './catalogue/catalogue.ts'
import { keepTerms } from './catalogue/listings.ts'
import { type Config, service } from './config.ts'
import { createHandlers } from './consumer.ts'
import { createCountService } from './counts/service.ts'
import { createCommit } from './entries/commit.ts'
import { createEntryService } from './entries/service.ts'
import { startScheduler } from './schedules/scheduler.ts'
import { createScheduleService } from './schedules/service.ts'
import { createVariantService } from './variants/service.ts'
import { createVersionService } from './versions/service.ts'

export type Overrides = {
  now?: () => Moment
  messaging?: Messaging
}

export type Context = Awaited<ReturnType<typeof createContext>>

/** Opens everything that the service needs. Connects in the background, and waits for servers that are not up yet. */
export function createContext(config: Config, logger: Logger, overrides: Overrides = {}) {
  return openResources(async (adopt) => {
    const base = { config, logger, now: overrides.now ?? now }
    const pool = createPool({ url: config.DATABASE_URL, max: 20, name: service.name, logger })
    const db = createDatabase(adopt(pool, (opened) => opened.end()))
    const listsPool = adopt(
      createPool({
        url: config.DATABASE_URL,
        max: LISTS_AT_ONCE,
        statementSeconds: 3,
        name: `${service.name} lists`,
        logger,
      }),
      (opened) => opened.end(),
    )
    const messaging = adopt(
      overrides.messaging ?? openMessaging({ service, config, db, logger, handlers: createHandlers(base) }),
      (opened) => opened.close(),
    )
    const catalogue = createCatalogue({ db, listsDb: createDatabase(listsPool), baseUrl: config.WEB_URL })
    const useCases = { commit: createCommit({ ...base, db, relay: messaging, catalogue }), now: base.now }
    const entries = createEntryService(useCases)
    const variants = createVariantService(useCases)
    const versions = createVersionService(useCases)
    const schedules = createScheduleService({ ...useCases, entries })
    adopt(keepTerms({ db, logger }), (opened) => opened.close())
    adopt(startScheduler({ ...base, db, carryOut: schedules.carryOut }), (opened) => opened.close())
    const counts = adopt(
      createCountService({ ...base, db, relay: messaging, windowSeconds: config.VIEW_WINDOW_SECONDS }),
      (opened) => opened.close(),
    )
    return { ...base, db, messaging, catalogue, entries, variants, versions, schedules, counts }
  })
}
