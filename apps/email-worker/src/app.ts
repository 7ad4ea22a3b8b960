import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import { type Context, service, version } from './context.ts'

/** What operators see of the worker: health and metrics. It offers nothing to anybody else. */
export function buildApp({ config, logger, relay, sender, consumer }: Context): Promise<HttpApp> {
  return createHttpApp({
    service,
    version,
    logger,
    tenants: { hosts: config.TENANT_HOSTS, defaultTenant: config.DEFAULT_TENANT },
    health: {
      live() {
        if (!consumer.isAlive()) return 'The consumer makes no progress'
        if (!sender.isAlive()) return 'The sender makes no progress'
        return relay.isAlive() ? null : 'The relay makes no progress'
      },
      // Nobody calls it: what it cannot do now it does later.
      ready: () => Promise.resolve(),
    },
  })
}
