import { distributionCreated } from '@coursewire/events'
import { type Follower, followTopic, type KafkaSettings, type ReceivedEvent } from '@coursewire/messaging'
import { endProcess, type Logger } from '@coursewire/service-kit'
import { service } from '../config.ts'
import type { PageCache } from '../pages/page-cache.ts'
import type { Cdn } from './cdn.ts'
import { tagsOf } from './tags.ts'

/** How often the cache is told whether events arrive. */
const LOOK_MS = 50

/** Drops pages when an event says that they have changed. Every instance follows all events; nothing connects before `start`. */
export function createFollower(options: {
  kafka: KafkaSettings
  logger: Logger
  cache: Pick<PageCache<object>, 'follow' | 'forget' | 'forgetAll'>
  cdn: Cdn
}) {
  const { kafka, logger, cache, cdn } = options
  let follower: Follower | undefined
  let timer: NodeJS.Timeout | undefined

  function onEvent({ event }: Pick<ReceivedEvent, 'event'>): void {
    const tags = tagsOf(event)
    for (const tag of tags) cache.forget(tag)
    if (tags.length > 0) cdn.forget(tags)
  }

  return {
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
