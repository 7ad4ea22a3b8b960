import { createHttpApp, createReadinessCheck, type HttpApp } from '@coursewire/service-kit'
import { addAnalyticsRoutes } from './analytics/routes.ts'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { migrations } from './db/migrations.ts'

/** Shows editors and admins what became of their courses, in numbers. */
export async function buildApp({ config, logger, db, messaging }: Context): Promise<HttpApp> {
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: { live: messaging.findStandstill, ready: createReadinessCheck(db, migrations) },
    docs: {
      title: 'Insights',
      description: 'What became of courses, in numbers',
      tags: [{ name: 'Analytics', description: 'For editors and admins: from the view of a page to the enrolment' }],
    },
  })
  addAnalyticsRoutes(app, { db })
  return app
}
