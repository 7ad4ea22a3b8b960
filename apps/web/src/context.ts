import { createServiceClient, type Logger, openResources } from '@coursewire/service-kit'
import type { Config } from './config.ts'
import { readAssets } from './pages/assets.ts'

/** Opens everything that the pages need. */
export function createContext(config: Config, logger: Logger) {
  return openResources(async () => {
    const services = createServiceClient({
      tokenUrl: `${config.ENROLLMENT_API_URL}/auth/service-token`,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
      logger,
    })
    return { config, logger, services, assets: readAssets() }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
