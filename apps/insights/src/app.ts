import { createHttpApp, createReadinessCheck, type HttpApp } from '@coursewire/service-kit'
import { addAnalyticsRoutes } from './analytics/routes.ts'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { migrations } from './db/migrations.ts'
import { addExperimentRoutes } from './experiments/routes.ts'
import { addRecommendationRoutes } from './recommendations/routes.ts'

/** Shows editors and admins what became of their courses, in numbers, and everybody what others have chosen. */
export async function buildApp({ config, logger, db, messaging, recommendations }: Context): Promise<HttpApp> {
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: { live: messaging.findStandstill, ready: createReadinessCheck(db, migrations) },
    docs: {
      title: 'Insights',
      description: 'What became of courses, in numbers',
      tags: [
        { name: 'Recommendations', description: 'For everybody: which courses others have chosen' },
        { name: 'Analytics', description: 'For editors and admins: from the view of a page to the enrolment' },
        { name: 'Experiments', description: 'For editors and admins: which call to action is clicked most' },
        { name: 'Internal', description: 'For other services' },
      ],
    },
  })
  addAnalyticsRoutes(app, { db })
  addExperimentRoutes(app, { db })
  addRecommendationRoutes(app, { db, recommendations })
  return app
}
