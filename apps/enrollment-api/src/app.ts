import { createHttpApp, createReadinessCheck, type HttpApp } from '@coursewire/service-kit'
import { addExportRoutes } from './accounts/export-routes.ts'
import { addMeRoutes } from './accounts/me-routes.ts'
import { addResetRoutes } from './accounts/reset-routes.ts'
import { addAccountRoutes } from './accounts/routes.ts'
import { addAdministrationRoutes } from './administration/routes.ts'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { migrations } from './db/migrations.ts'
import { addAssignmentRoutes } from './enrollments/assignment-routes.ts'
import { addRecentEnrollmentRoutes } from './enrollments/internal-routes.ts'
import { addEnrollmentRoutes } from './enrollments/routes.ts'
import { addSessionRoutes } from './sessions/routes.ts'
import { addSignupRoutes } from './signups/routes.ts'
import { addRecipientRoutes } from './subscriptions/recipient-routes.ts'
import { addSubscriptionRoutes } from './subscriptions/routes.ts'
import { addTenantRoutes } from './tenants/routes.ts'

/** The service's HTTP side. Does not listen. */
export async function buildApp(ctx: Context): Promise<HttpApp> {
  const { config, logger, db, messaging, keys, tenants } = ctx
  const app = await createHttpApp({
    service,
    config,
    logger,
    keySet: keys.keySet,
    health: {
      live: messaging.findStandstill,
      ready: createReadinessCheck(db, migrations),
    },
    docs: {
      title: 'Enrolment',
      description: 'Accounts, access tokens and enrolments',
      tags: [
        { name: 'Accounts', description: 'Signing in, and the tokens that all services accept' },
        { name: 'Enrolments', description: 'The courses that students are enrolled in' },
        { name: 'News', description: 'For people who want to be told of courses, with or without an account' },
        { name: 'Administration', description: 'For admins: their tenant, and the accounts in it' },
        { name: 'Internal', description: 'For other services' },
      ],
    },
  })
  addAccountRoutes(app, ctx)
  addSignupRoutes(app, ctx)
  addSessionRoutes(app, ctx)
  addMeRoutes(app, ctx)
  addExportRoutes(app, ctx)
  addResetRoutes(app, ctx)
  addEnrollmentRoutes(app, ctx)
  addRecentEnrollmentRoutes(app, ctx)
  addAssignmentRoutes(app, ctx)
  addSubscriptionRoutes(app, ctx)
  addRecipientRoutes(app, ctx)
  addTenantRoutes(app, ctx)
  addAdministrationRoutes(app, ctx)
  app.addHook('onListen', () => tenants.warnOfMissing([config.DEFAULT_TENANT, ...config.TENANT_HOSTS.values()]))
  return app
}
