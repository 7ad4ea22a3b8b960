import { createHttpApp, createReadinessCheck, type HttpApp } from '@coursewire/service-kit'
import rateLimit from '@fastify/rate-limit'
import { addPageRoutes } from './catalogue/internal-routes.ts'
import { addCatalogueRoutes } from './catalogue/routes.ts'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { addCountRoutes } from './counts/routes.ts'
import { addInternalRoutes } from './courses/internal-routes.ts'
import { migrations } from './db/migrations.ts'
import { addEntryRoutes } from './entries/routes.ts'
import { addScheduleRoutes } from './schedules/routes.ts'
import { addVariantRoutes } from './variants/routes.ts'
import { addAccountRoutes } from './versions/internal-routes.ts'
import { addVersionRoutes } from './versions/routes.ts'

/** The service's HTTP side. Does not listen. */
export async function buildApp(ctx: Context): Promise<HttpApp> {
  const { config, logger, db, messaging, catalogue, counts, entries, schedules, variants, versions } = ctx
  const { WEB_URL: baseUrl, TENANT_HOSTS: tenants } = config
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: {
      live: messaging.findStandstill,
      ready: createReadinessCheck(db, migrations),
    },
    docs: {
      title: 'Course distribution',
      description: 'The catalogue of courses, for learners, editors and services.',
      tags: [
        { name: 'Courses', description: 'For everybody: the public courses' },
        { name: 'Counts', description: 'For everybody: anonymous counts of views and clicks' },
        { name: 'Distributions', description: 'For editors: the entries of the catalogue and their variants' },
        { name: 'Versions', description: 'For editors: earlier versions of an entry' },
        { name: 'Internal', description: 'For other services' },
      ],
    },
  })
  await app.register(rateLimit, { global: false })
  addCatalogueRoutes(app, { catalogue, baseUrl })
  addInternalRoutes(app, { db })
  addPageRoutes(app, { db, catalogue })
  addCountRoutes(app, { counts, ownHosts: new Set([new URL(baseUrl).host, ...tenants.keys()]) })
  addEntryRoutes(app, { db, entries })
  addScheduleRoutes(app, { db, schedules })
  addVariantRoutes(app, { variants })
  addVersionRoutes(app, { db, versions })
  addAccountRoutes(app, { db })
  return app
}
