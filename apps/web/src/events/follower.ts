import { distributionCreated } from '@coursewire/events'
import { type Follower, followTopic, type KafkaSettings, type ReceivedEvent } from '@coursewire/messaging'
import { endProcess, type Logger } from '@coursewire/service-kit'
import { service } from '../config.ts'
import type { CatalogueReader } from '../pages/catalogue.ts'
import type { PageCache } from '../pages/page-cache.ts'
import { slugOfKey } from '../pages/routes.ts'
import type { IndexNow } from '../search-engines/index-now.ts'
import { coursePath } from '../storefront/links.ts'
import type { Site } from '../storefront/types.ts'
import type { Cdn } from './cdn.ts'
import { publicSlugOf, tagsOf } from './tags.ts'
import { watchWaiting } from './waiting.ts'

/** How often the cache is told that Kafka is heard, and for how long. */
const LOOK_MS = 50
const HEARD_MS = 100

/** Drops pages when an event says that they have changed. Every instance follows all events; nothing connects before `start`. */
export function createFollower(options: {
  kafka: KafkaSettings
  logger: Logger
  catalogue: Pick<CatalogueReader, 'readWaitingSeconds'>
  cache: Pick<PageCache<object>, 'hear' | 'trustRelay' | 'isInUse' | 'forget' | 'forgetAll'>
  cdn: Cdn
  indexNow: Pick<IndexNow, 'submit'>
  siteOf: (tenantId: string) => Site
}) {
  const { kafka, logger, catalogue, cache, cdn, indexNow, siteOf } = options
  let follower: Follower | undefined
  let looking: NodeJS.Timeout | undefined
  let waiting: ReturnType<typeof watchWaiting> | undefined

  function onEvent({ event }: Pick<ReceivedEvent, 'event'>): void {
    const tags = tagsOf(event)
    const dropped = tags.flatMap((tag) => cache.forget(tag))
    if (tags.length > 0) cdn.forget(tags)
    // A page that nobody has looked at since its last change is found by the sitemap.
    for (const slug of new Set([publicSlugOf(event), ...dropped.map(slugOfKey)])) {
      if (slug !== undefined) indexNow.submit(siteOf(event.meta.tenant_id).origin + coursePath(slug))
    }
  }

  function look(): void {
    if (follower?.isFollowing()) cache.hear(performance.now() + HEARD_MS)
  }

  return {
    onEvent,
    start(): void {
      follower = followTopic({
        kafka,
        name: service.name,
        topic: distributionCreated.topic,
        logger,
        onEvent,
        onMissed() {
          cache.forgetAll()
          cdn.forgetAll()
        },
        onFatal: endProcess,
      })
      looking = setInterval(look, LOOK_MS)
      waiting = watchWaiting({ catalogue, logger, isNeeded: cache.isInUse, trustRelay: cache.trustRelay })
    },
    async close(): Promise<void> {
      clearInterval(looking)
      await waiting?.close()
      await follower?.close()
    },
  }
}
