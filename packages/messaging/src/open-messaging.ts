import { type Database, endProcess, type Logger } from '@coursewire/service-kit'
import { type Consumer, type ConsumerOptions, startConsumer } from './consumer/consumer.ts'
import { type KafkaConfig, toKafkaSettings } from './kafkajs/client.ts'
import { createKafkaChannel } from './kafkajs/kafka-channel.ts'
import type { LogLines } from './relay/log-lines.ts'
import { type Relay, startRelay } from './relay/relay.ts'
import { createSnsChannel } from './relay/sns-channel.ts'

interface MessagingOptions {
  service: { name: string; version: string }
  config: KafkaConfig & { DATABASE_URL: string }
  db: Database
  logger: Logger
  handlers: ConsumerOptions['handlers']
  /** Whether events may wait, for a second at most, for others to share their transaction. For effects that nobody waits for. */
  gathers?: boolean
  /** Whether to relay rows for SNS too. */
  sns?: boolean
  /** The log lines of outbox rows by the type of their event. The default is `Event published`. */
  logLines?: Readonly<Record<string, LogLines>>
  /** Called after each commit of the consumer. The relays are woken by rows for them. */
  onCommitted?: () => void
}

export interface Messaging {
  /** Announces committed rows to the relays. */
  wake: () => void
  /** Returns what stands still, for the liveness check, or null. */
  findStandstill: () => string | null
  /** Starts consuming and relaying in the background. Nothing connects before. */
  start(): void
  /** Finishes the running batches. */
  close(): Promise<void>
}

/** Opens the messaging of a service: its relays and its consumer. A fatal error of theirs ends the process. */
export function openMessaging(options: MessagingOptions): Messaging {
  const { service, config, db, logger, handlers, gathers = false, sns = false, logLines, onCommitted } = options
  let relays: Relay[] = []
  let consumer: Consumer | null = null

  function wake(): void {
    for (const relay of relays) relay.wake()
  }

  return {
    wake,

    findStandstill() {
      if (!relays.every((relay) => relay.isAlive())) return 'A relay stands still'
      return consumer?.isAlive() === false ? 'The consumer stands still' : null
    },

    start() {
      const kafka = toKafkaSettings(service.name, config, logger)
      const channels = [createKafkaChannel(kafka), ...(sns ? [createSnsChannel({ logger })] : [])]
      relays = channels.map((channel) =>
        startRelay({ databaseUrl: config.DATABASE_URL, channel, logger, logLines, onFatal: endProcess }),
      )
      consumer = startConsumer({
        kafka,
        name: service.name,
        serviceVersion: service.version,
        db,
        handlers,
        gathers,
        logger,
        onCommitted({ hasRows }) {
          if (hasRows) wake()
          onCommitted?.()
        },
        onFatal: endProcess,
      })
    },

    async close() {
      await consumer?.close()
      await Promise.all(relays.map((relay) => relay.close()))
    },
  }
}
