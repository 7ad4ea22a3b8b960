import {
  type Consumer,
  createKafkaChannel,
  createSnsChannel,
  type Relay,
  startConsumer,
  startRelay,
  toKafkaSettings,
} from '@coursewire/messaging'
import { type Database, endProcess, type Logger } from '@coursewire/service-kit'
import { type Config, service } from './config.ts'
import { handlers, topics } from './consumer.ts'

/** The relays and the consumer of this process. Nothing connects before `start`. */
export function createMessaging({ config, db, logger }: { config: Config; db: Database; logger: Logger }) {
  const kafka = toKafkaSettings(service.name, config, logger)
  let relays: Relay[] = []
  let consumer: Consumer | null = null

  function wakeRelays(): void {
    for (const relay of relays) relay.wake()
  }

  return {
    wakeRelays,
    isAlive: () => relays.every((relay) => relay.isAlive()) && consumer?.isAlive() !== false,

    start(): void {
      const channels = [createKafkaChannel(kafka)]
      if (config.ENROLLMENT_COMPLETED_TOPIC_ARN !== 'off') channels.push(createSnsChannel({ logger }))
      relays = channels.map((channel) =>
        startRelay({ databaseUrl: config.DATABASE_URL, channel, logger, onFatal: endProcess }),
      )
      consumer = startConsumer({
        kafka,
        name: service.name,
        serviceVersion: service.version,
        db,
        topics,
        handlers,
        logger,
        onCommitted: wakeRelays,
        onFatal: endProcess,
      })
    },

    async close(): Promise<void> {
      await consumer?.close()
      await Promise.all(relays.map((relay) => relay.close()))
    },
  }
}
