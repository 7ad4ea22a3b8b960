import { createHttpApp, createReadinessCheck, type HttpApp } from '@coursewire/service-kit'
import rateLimit from '@fastify/rate-limit'
import { addCatalogueRoutes } from './catalogue/routes.ts'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { addCountRoutes } from './counts/routes.ts'
import { addInternalRoutes } from './courses/internal-routes.ts'
import { migrations } from './db/migrations.ts'
import { addEntryRoutes } from './entries/routes.ts'
import { addScheduleRoutes } from './schedules/routes.ts'
import { addVariantRoutes } from './variants/routes.ts'
import { addVersionRoutes } from './versions/routes.ts'

/** The service's HTTP side. Does not listen. */
export async function buildApp(ctx: Context): Promise<HttpApp> {
  const { config, logger, db, messaging } = ctx
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
        { name: 'Courses', description: 'For everybody: what is public' },
        { name: 'Counts', description: 'For everybody: views and clicks, counted without looking at who it was' },
        { name: 'Distributions', description: 'For editors: the entries of the catalogue and their variants' },
        { name: 'Versions', description: 'For editors: what an entry said before' },
        { name: 'Internal', description: 'For other services' },
      ],
    },
  })
  await app.register(rateLimit, { global: false })
  addCatalogueRoutes(app, ctx)
  addInternalRoutes(app, ctx)
  addCountRoutes(app, ctx)
  addEntryRoutes(app, ctx)
  addScheduleRoutes(app, ctx)
  addVariantRoutes(app, ctx)
  addVersionRoutes(app, ctx)
  return app
}
