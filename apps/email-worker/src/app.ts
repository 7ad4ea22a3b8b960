import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { addAdminRoutes } from './emails/admin-routes.ts'
import { createInterventions } from './emails/interventions.ts'
import { addOwnRoutes } from './emails/own-routes.ts'
import { addAccountRoutes } from './emails/routes.ts'
import { createSnsCheck } from './sns/message.ts'
import { addSnsRoutes } from './sns/routes.ts'

/** Serves health and metrics to operators, their mails to people, the ledger to admins and other services, and to SNS a door. */
export async function buildApp({ config, logger, db, directory, messaging, sender }: Context): Promise<HttpApp> {
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: {
      live: () => messaging.findStandstill() ?? (sender.isAlive() ? null : 'The sender stands still'),
      // It does later whatever it cannot do now, and callers of its routes can wait for the database.
      ready: () => Promise.resolve(),
    },
    docs: {
      title: 'Mails',
      description: 'What became of mails, and what admins do about them',
      tags: [
        { name: 'My mails', description: 'For everybody who is signed in: what became of the mails to them' },
        { name: 'Administration', description: 'For admins: the mails of their tenant' },
        { name: 'Internal', description: 'For other services' },
      ],
    },
  })
  const interventions = createInterventions({ db, onDue: () => sender.wake() })
  addAccountRoutes(app, { db })
  addOwnRoutes(app, { db, interventions })
  addAdminRoutes(app, {
    db,
    directory,
    webUrl: config.WEB_URL,
    interventions,
    addressHashKey: config.ADDRESS_HASH_KEY,
  })
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
    onNewMail: () => sender.wake(),
  })
  return app
}
