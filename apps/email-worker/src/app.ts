import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import { type Context, service, version } from './context.ts'

/** What operators see of the worker: health and metrics. It offers nothing to anybody else. */
export function buildApp({ config, logger, messaging, sender }: Context): Promise<HttpApp> {
  return createHttpApp({
    service,
    version,
    logger,
    tenants: { hosts: config.TENANT_HOSTS, defaultTenant: config.DEFAULT_TENANT },
    health: {
      live: () => messaging.findStandstill() ?? (sender.isAlive() ? null : 'The sender stands still'),
      // Nobody calls it: what it cannot do now it does later.
      ready: () => Promise.resolve(),
    },
  })
}
