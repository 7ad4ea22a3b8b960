import { openMessaging } from '@coursewire/messaging'
import { createDatabase, createPool, createServiceClient, type Logger, openResources } from '@coursewire/service-kit'
import { type Config, service } from './config.ts'
import { handlers } from './consumer.ts'
import { createRecommendations } from './recommendations/service.ts'
import { startFollowingTimeZones } from './tenants/time-zones.ts'

/** Opens all parts of the service. They close in reverse order. */
export function createContext(config: Config, logger: Logger) {
  return openResources(async (adopt) => {
    const pool = createPool({ url: config.DATABASE_URL, max: 10, name: service.name, logger })
    const db = createDatabase(adopt(pool, (opened) => opened.end()))
    const services = createServiceClient({
      tokenUrl: `${config.ENROLLMENT_API_URL}/auth/service-token`,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
      logger,
    })
    adopt(startFollowingTimeZones({ db, services, enrollmentApiUrl: config.ENROLLMENT_API_URL, logger }), (opened) =>
      opened.close(),
    )
    const messaging = adopt(openMessaging({ service, config, db, logger, handlers, gathers: true }), (opened) =>
      opened.close(),
    )
    return { config, logger, db, messaging, recommendations: createRecommendations(db) }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
