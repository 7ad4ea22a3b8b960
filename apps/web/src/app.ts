import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import fastifyStatic from '@fastify/static'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { clientFolder } from './pages/assets.ts'
import { addDashboardRoutes } from './pages/dashboard.ts'
import { readerLanguage } from './pages/languages.ts'
import { addPassThrough, passedThrough } from './pages/pass-through.ts'
import { addPageRoutes, openRoute } from './pages/routes.ts'
import { pagePolicies } from './pages/security.ts'
import { addSearchEngineRoutes } from './pages/sitemaps.ts'
import { addUnsubscribeRoutes } from './pages/unsubscribe.ts'

/** The pages, everything that they load, and the way to the APIs. Does not listen. */
export async function buildApp(ctx: Context): Promise<HttpApp> {
  const { config, logger, assets, messages, siteOf } = ctx
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: { live: () => null, ready: () => Promise.resolve() },
    headers: pagePolicies,
    // People follow links to pages, and scripts call APIs.
    showProblem({ status }, request) {
      const isCall = Object.keys(passedThrough).some((prefix) => request.url.startsWith(prefix))
      const kind = kindOf(status)
      if (isCall || kind === null) return null
      return messages.find(kind, request.tenantId || config.DEFAULT_TENANT, readerLanguage(request))
    },
  })
  addPageRoutes(app, ctx)
  addSearchEngineRoutes(app, ctx)
  addDashboardRoutes(app, { assets })
  await app.register(fastifyStatic, {
    root: `${clientFolder}/assets`,
    serve: false,
    immutable: true,
    maxAge: '1y',
    preCompressed: true,
  })
  app.get<{ Params: { '*': string } }>('/assets/*', openRoute, (request, reply) => reply.sendFile(request.params['*']))
  const { ENROLLMENT_API_URL, DISTRIBUTION_SERVICE_URL, EMAIL_WORKER_URL, AUDIT_LOG_URL, INSIGHTS_URL } = config
  await addUnsubscribeRoutes(app, { siteOf, assets, enrollmentApiUrl: ENROLLMENT_API_URL })
  const urls = {
    'enrollment-api': ENROLLMENT_API_URL,
    'distribution-service': DISTRIBUTION_SERVICE_URL,
    'email-worker': EMAIL_WORKER_URL,
    'audit-log': AUDIT_LOG_URL,
    insights: INSIGHTS_URL,
  }
  await addPassThrough(app, { urls, logger })
  return app
}

/** An address that cannot be read is as good as none. */
function kindOf(status: number): 'not-found' | 'unavailable' | null {
  if (status === 400 || status === 404) return 'not-found'
  return status >= 500 ? 'unavailable' : null
}
