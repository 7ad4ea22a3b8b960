import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import { service } from './config.ts'
import type { Context } from './context.ts'

/** What operators see of the worker: health and metrics. It offers nothing to anybody else. */
export function buildApp({ config, logger, messaging, sender }: Context): Promise<HttpApp> {
  return createHttpApp({
    service,
    config,
    logger,
    health: {
      live: () => messaging.findStandstill() ?? (sender.isAlive() ? null : 'The sender stands still'),
      // Nobody calls it: what it cannot do now it does later.
      ready: () => Promise.resolve(),
    },
  })
}
