import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { addAccountRoutes } from './emails/routes.ts'
import { createSnsCheck } from './sns/message.ts'
import { addSnsRoutes } from './sns/routes.ts'

/** Serves health and metrics to operators, to other services what the ledger has about an account, and to SNS a door. */
export async function buildApp({ config, logger, db, messaging, sender }: Context): Promise<HttpApp> {
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: {
      live: () => messaging.findStandstill() ?? (sender.isAlive() ? null : 'The sender stands still'),
      // It does later whatever it cannot do now, and callers of its one route can wait for the database.
      ready: () => Promise.resolve(),
    },
    docs: {
      title: 'Mails',
      description: 'What the mail ledger has about an account',
      tags: [{ name: 'Internal', description: 'For other services' }],
    },
  })
  addAccountRoutes(app, { db })
  await addSnsRoutes(app, {
    db,
    logger,
    check: createSnsCheck({
      region: config.AWS_REGION,
      topicArns: config.SNS_TOPIC_ARNS,
      endpoint: config.AWS_ENDPOINT_URL_SNS,
    }),
    addressHashKey: config.ADDRESS_HASH_KEY,
    defaultTenant: config.DEFAULT_TENANT,
    takesWelcome: config.WELCOME_FROM !== 'kafka',
    onCommitted() {
      sender.wake()
      messaging.wake()
    },
  })
  return app
}
