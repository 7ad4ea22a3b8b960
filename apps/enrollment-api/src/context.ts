import { openMessaging } from '@coursewire/messaging'
import { createDatabase, createPool, createServiceClient, type Logger, openResources } from '@coursewire/service-kit'
import { createExportService } from './accounts/export.ts'
import { createLinks } from './accounts/links.ts'
import { createOwnAccountService } from './accounts/own-account.ts'
import { createPasswords } from './accounts/passwords.ts'
import { createResetService } from './accounts/reset.ts'
import { createAccountService } from './accounts/service.ts'
import { createAdministration } from './administration/service.ts'
import { type Config, service } from './config.ts'
import { courseHandlers } from './courses/handlers.ts'
import { createCourseService } from './courses/service.ts'
import { logLines } from './enrollments/enrollment.ts'
import { createEnrollmentService } from './enrollments/service.ts'
import { createSealing } from './keys/sealing.ts'
import { openSigningKeys } from './keys/service.ts'
import { createTokenIssuer } from './keys/tokens.ts'
import { createLimits } from './limits/limits.ts'
import { startPurging } from './purging.ts'
import { createSessionService } from './sessions/service.ts'
import { createSignupService } from './signups/service.ts'
import { createSubscriptionService } from './subscriptions/service.ts'
import { createUnsubscribeTokens } from './subscriptions/unsubscribe-tokens.ts'
import { createTenantService } from './tenants/service.ts'

/** Builds everything that the process needs. Connects only to read the signing keys, and does not insist on that. */
export function createContext(config: Config, logger: Logger) {
  return openResources(async (adopt) => {
    const pool = createPool({ url: config.DATABASE_URL, max: 16, name: service.name, logger })
    const db = createDatabase(adopt(pool, (open) => open.end()))
    const topicArn = config.ENROLLMENT_COMPLETED_TOPIC_ARN === 'off' ? null : config.ENROLLMENT_COMPLETED_TOPIC_ARN
    const messaging = adopt(
      openMessaging({ service, config, db, logger, handlers: courseHandlers, sns: topicArn !== null, logLines }),
      (opened) => opened.close(),
    )
    const sealing = createSealing(config.KEY_SEAL)
    const keys = adopt(await openSigningKeys({ db, firstKey: config.JWT_PRIVATE_KEY, sealing, logger }), (opened) =>
      opened.close(),
    )
    const tokens = createTokenIssuer({ keys, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE })
    const limits = createLimits({ db, seal: config.KEY_SEAL })
    const links = createLinks(config.KEY_SEAL)
    const passwords = createPasswords()
    const sessions = createSessionService({ db, tokens, limits, logger })
    const accounts = createAccountService({ db, tokens, limits, sessions, passwords })
    const onCommitted = () => messaging.wake()
    const parts = { db, links, passwords, limits, onCommitted }
    const signups = createSignupService(parts)
    const ownAccount = createOwnAccountService(parts)
    const resets = createResetService(parts)
    const unsubscribeTokens = createUnsubscribeTokens(config.KEY_SEAL)
    const subscriptions = createSubscriptionService({ ...parts, unsubscribeTokens })
    adopt(startPurging(db, logger), (end) => end())
    const client = createServiceClient({
      // The key set is this service's own, so tokens are issued at the same address.
      tokenUrl: new URL('/auth/service-token', config.JWKS_URL).href,
      clientId: config.SERVICE_CLIENT_ID,
      clientSecret: config.SERVICE_CLIENT_SECRET,
      logger,
    })
    const courses = createCourseService({ db, client, distributionServiceUrl: config.DISTRIBUTION_SERVICE_URL })
    const enrollments = createEnrollmentService({ pool, db, courses, topicArn, onCommitted })
    const exports = createExportService({
      db,
      client,
      services: {
        'email-worker': config.EMAIL_WORKER_URL,
        'distribution-service': config.DISTRIBUTION_SERVICE_URL,
        insights: config.INSIGHTS_URL,
      },
      limits,
    })
    const tenants = createTenantService({ db, senders: config.EMAIL_SENDERS, logger })
    const administration = createAdministration(parts)
    return {
      config,
      logger,
      db,
      messaging,
      keys,
      tokens,
      links,
      sessions,
      accounts,
      signups,
      ownAccount,
      exports,
      resets,
      subscriptions,
      unsubscribeTokens,
      limits,
      enrollments,
      tenants,
      administration,
    }
  })
}

export type Context = Awaited<ReturnType<typeof createContext>>
