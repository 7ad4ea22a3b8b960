import { toKafkaSettings } from '@coursewire/messaging'
import { createServiceClient, type Logger, openResources } from '@coursewire/service-kit'
import { type Config, service } from './config.ts'
import { createCloudFront, createLoggingCdn } from './events/cdn.ts'
import { createFollower } from './events/follower.ts'
import { readAssets } from './pages/assets.ts'
import { createCatalogueReader } from './pages/catalogue.ts'
import { createMessages } from './pages/messages.ts'
import { sizeOfPage } from './pages/page.ts'
import { createPageCache } from './pages/page-cache.ts'
import { createRecommendationReader } from './pages/recommendations.ts'
import type { Shown } from './pages/routes.ts'
import { createSitemaps } from './pages/sitemaps.ts'
import { createSites } from './pages/sites.ts'
import { createIndexNow } from './search-engines/index-now.ts'

const CACHE_BYTES = 128 * 1024 * 1024
const MINOR_CACHE_BYTES = 16 * 1024 * 1024

/** Opens everything that the pages need. */
export function createContext(config: Config, logger: Logger) {
  return openResources(async (adopt) => {
    const services = createServiceClient({
      tokenUrl: `${config.ENROLLMENT_API_URL}/auth/service-token`,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
      logger,
    })
    const assets = readAssets()
    const siteOf = createSites({
      webUrl: config.WEB_URL,
      hosts: config.TENANT_HOSTS,
      defaultTenant: config.DEFAULT_TENANT,
    })
    const { CLOUDFRONT_DISTRIBUTION_ID: distributionId, CDN_SECONDS: seconds } = config
    const cdn = adopt(distributionId ? createCloudFront(distributionId, logger) : createLoggingCdn(logger), (open) =>
      open.close(),
    )
    // Browsers ask each time. A CDN keeps pages only if it is told what to forget.
    const cacheControl = distributionId ? `public, max-age=0, must-revalidate, s-maxage=${seconds}` : 'public, no-cache'
    const cache = createPageCache<Shown>({
      sizeOf: (shown) => ('missing' in shown ? 0 : sizeOfPage(shown)),
      maxBytes: CACHE_BYTES,
      maxMinorBytes: MINOR_CACHE_BYTES,
    })
    const kafka = toKafkaSettings(service.name, config, logger)
    const indexNow = adopt(createIndexNow({ key: config.INDEXNOW_KEY, logger }), (open) => open.close())
    const { DISTRIBUTION_SERVICE_URL: url, DEFAULT_TENANT: defaultTenant } = config
    const catalogue = createCatalogueReader({ services, url, defaultTenant, logger })
    const messaging = adopt(createFollower({ kafka, logger, catalogue, cache, cdn, indexNow, siteOf }), (open) =>
      open.close(),
    )
    return {
      config,
      logger,
      assets,
      siteOf,
      cacheControl,
      cache,
      messaging,
      catalogue,
      findAlsoChosen: createRecommendationReader({ services, url: config.INSIGHTS_URL, logger }),
      sitemaps: createSitemaps({ catalogue, siteOf }),
      messages: createMessages({ siteOf, assets, cacheControl }),
    }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
