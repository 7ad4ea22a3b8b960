import { openMessaging } from '@coursewire/messaging'
import {
  createDatabase,
  createPool,
  createServiceClient,
  type Logger,
  openResources,
  startTicking,
} from '@coursewire/service-kit'
import { type Config, service } from './config.ts'
import { createHandlers } from './consumer.ts'
import { startCompletenessCheck } from './emails/completeness.ts'
import type { Step } from './emails/delivery.ts'
import { createDirectory } from './emails/directory.ts'
import { createSesMailer } from './emails/mailer.ts'
import { startSender } from './emails/sender.ts'
import { createAnnouncer } from './news/announcer.ts'

/** How often it looks for news that is to be written. */
const NEWS_EVERY_MS = 5_000

/** Replaceable parts for tests. */
export interface Overrides {
  onStep: (step: Step) => void | Promise<void>
}

/** Opens all parts of the worker. They close in reverse order: sending, consuming, relaying, connections. */
export function createContext(config: Config, logger: Logger, overrides: Partial<Overrides> = {}) {
  return openResources(async (adopt) => {
    const pool = createPool({ url: config.DATABASE_URL, max: 10, name: service.name, logger })
    const db = createDatabase(adopt(pool, (opened) => opened.end()))

    const messaging = adopt(
      openMessaging({
        service,
        config,
        db,
        logger,
        handlers: createHandlers(logger, config.WELCOME_FROM),
        onCommitted: () => sender.wake(),
      }),
      (opened) => opened.close(),
    )

    const mailer = adopt(
      createSesMailer({
        region: config.AWS_REGION,
        from: config.EMAIL_FROM,
        configurationSet: config.SES_CONFIGURATION_SET,
      }),
      (opened) => opened.close(),
    )
    const services = createServiceClient({
      tokenUrl: `${config.ENROLLMENT_API_URL}/auth/service-token`,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
      logger,
    })
    const directory = createDirectory(
      services,
      { enrollmentApi: config.ENROLLMENT_API_URL, distributionService: config.DISTRIBUTION_SERVICE_URL },
      config.EMAIL_SENDERS,
    )
    const sender = startSender({
      db,
      mailer,
      logger,
      directory,
      webUrl: config.WEB_URL,
      addressHashKey: config.ADDRESS_HASH_KEY,
      unknownAfterSeconds: config.EMAIL_UNKNOWN_AFTER_SECONDS,
      monotonicMs: () => performance.now(),
      onStep: overrides.onStep ?? (() => undefined),
    })

    adopt(sender, (opened) => opened.close())
    const announcer = createAnnouncer({ db, logger, directory, onWritten: () => sender.wake() })
    adopt(
      startTicking(NEWS_EVERY_MS, () => announcer.work()),
      (opened) => {
        announcer.stop()
        return opened.close()
      },
    )

    adopt(
      startCompletenessCheck({
        db,
        services,
        enrollmentApiUrl: config.ENROLLMENT_API_URL,
        tenants: [config.DEFAULT_TENANT, ...config.TENANT_HOSTS.values()],
        logger,
      }),
      (opened) => opened.close(),
    )

    return { config, logger, db, directory, messaging, sender }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
