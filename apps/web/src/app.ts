import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import fastifyStatic from '@fastify/static'
import { service } from './config.ts'
import type { Context } from './context.ts'
import { clientFolder } from './pages/assets.ts'

/** The pages, and everything that they load. Does not listen. */
export async function buildApp({ config, logger }: Context): Promise<HttpApp> {
  const app = await createHttpApp({
    service,
    config,
    logger,
    health: { live: () => null, ready: () => Promise.resolve() },
  })
  await app.register(fastifyStatic, {
    root: `${clientFolder}/assets`,
    prefix: '/assets/',
    immutable: true,
    maxAge: '1y',
    schemaHide: true,
  })
  return app
}
