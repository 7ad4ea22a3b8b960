import { createHttpApp, createReadinessCheck, type HttpApp } from '@coursewire/service-kit'
import { addChangelogRoutes } from './changelog/routes.ts'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { migrations } from './db/migrations.ts'
import { addRecordRoutes } from './records/routes.ts'

/** Shows admins what happened, and everybody the changelogs of public courses. */
export async function buildApp({ config, logger, db, messaging }: Context): Promise<HttpApp> {
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: { live: messaging.findStandstill, ready: createReadinessCheck(db, migrations) },
    docs: {
      title: 'Audit log',
      description: 'Every event, as it was received, and the changelogs that come of them',
      tags: [
        { name: 'Changelogs', description: 'For everybody: what is new in a public course' },
        { name: 'Audit', description: 'For admins: what happened in their tenant' },
      ],
    },
  })
  addRecordRoutes(app, { db })
  addChangelogRoutes(app, { db, webUrl: config.WEB_URL })
  return app
}
