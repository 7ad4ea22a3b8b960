import { distributionCreated } from '@coursewire/events'
import { type Follower, followTopic, type KafkaSettings, type ReceivedEvent } from '@coursewire/messaging'
import { endProcess, type Logger } from '@coursewire/service-kit'
import { service } from '../config.ts'
import type { PageCache } from '../pages/page-cache.ts'
import { slugOfKey } from '../pages/routes.ts'
import type { IndexNow } from '../search-engines/index-now.ts'
import { coursePath } from '../storefront/links.ts'
import type { Site } from '../storefront/types.ts'
import type { Cdn } from './cdn.ts'
import { publicSlugOf, tagsOf } from './tags.ts'

/** How often the cache is told whether events arrive. */
const LOOK_MS = 50

/** Drops pages when an event says that they have changed. Every instance follows all events; nothing connects before `start`. */
export function createFollower(options: {
  kafka: KafkaSettings
  logger: Logger
  cache: Pick<PageCache<object>, 'follow' | 'forget' | 'forgetAll'>
  cdn: Cdn
  indexNow: Pick<IndexNow, 'submit'>
  siteOf: (tenantId: string) => Site
}) {
  const { kafka, logger, cache, cdn, indexNow, siteOf } = options
  let follower: Follower | undefined
  let timer: NodeJS.Timeout | undefined

  function onEvent({ event }: Pick<ReceivedEvent, 'event'>): void {
    const tags = tagsOf(event)
    const dropped = tags.flatMap((tag) => cache.forget(tag))
    if (tags.length > 0) cdn.forget(tags)
    // A page that nobody has looked at since its last change is found by the sitemap.
    for (const slug of new Set([publicSlugOf(event), ...dropped.map(slugOfKey)])) {
      if (slug !== undefined) indexNow.submit(siteOf(event.meta.tenant_id).origin + coursePath(slug))
    }
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
      timer = setInterval(() => cache.follow(follower?.isFollowing() ?? false), LOOK_MS)
    },
    async close(): Promise<void> {
      clearInterval(timer)
      cache.follow(false)
      await follower?.close()
    },
  }
}
