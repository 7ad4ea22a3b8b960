import { createKafkaChannel, startConsumer, startRelay, toKafkaSettings } from '@coursewire/messaging'
import {
  createDatabase,
  createPool,
  createServiceClient,
  endProcess,
  type Logger,
  openResources,
} from '@coursewire/service-kit'
import type { Config } from './config.ts'
import { createHandlers, topics } from './consumer.ts'
import type { Step } from './emails/delivery.ts'
import { createDirectory } from './emails/directory.ts'
import { createSesMailer } from './emails/mailer.ts'
import { startSender } from './emails/sender.ts'

export const service = 'email-worker'
export const version = '1.0.0'

/** Seams for tests. */
export interface Overrides {
  onStep: (step: Step) => void | Promise<void>
}

/** Opens everything the worker is made of, and starts it. It closes in reverse: sending, consuming, relaying, connections. */
export function createContext(config: Config, logger: Logger, overrides: Partial<Overrides> = {}) {
  return openResources(async (adopt) => {
    const kafka = toKafkaSettings(service, config, logger)
    const pool = adopt(createPool({ url: config.DATABASE_URL, max: 10, name: service, logger }), (it) => it.end())
    const db = createDatabase(pool)

    const relay = adopt(
      startRelay({
        databaseUrl: config.DATABASE_URL,
        channel: createKafkaChannel(kafka),
        logger,
        onFatal: endProcess,
      }),
      (it) => it.close(),
    )

    const mailer = adopt(
      createSesMailer({
        region: config.AWS_REGION,
        from: config.EMAIL_FROM,
        configurationSet: config.SES_CONFIGURATION_SET,
      }),
      (it) => it.close(),
    )
    const services = createServiceClient({
      tokenUrl: `${config.ENROLLMENT_API_URL}/auth/service-token`,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
      logger,
    })
    const sender = startSender({
      db,
      mailer,
      logger,
      directory: createDirectory(services, {
        enrollmentApi: config.ENROLLMENT_API_URL,
        distributionService: config.DISTRIBUTION_SERVICE_URL,
      }),
      dashboardUrl: config.DASHBOARD_URL,
      unknownAfterSeconds: config.EMAIL_UNKNOWN_AFTER_SECONDS,
      monotonicMs: () => performance.now(),
      onStep: overrides.onStep ?? (() => undefined),
    })

    const consumer = adopt(
      startConsumer({
        kafka,
        name: service,
        serviceVersion: version,
        db,
        topics,
        handlers: createHandlers(logger),
        logger,
        onCommitted: () => {
          sender.wake()
          relay.wake()
        },
        onFatal: endProcess,
      }),
      (it) => it.close(),
    )
    adopt(sender, (it) => it.close())

    return { config, logger, relay, sender, consumer }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
