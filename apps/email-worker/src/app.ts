import { createHttpApp, type HttpApp } from '@coursewire/service-kit'
import { service } from './config.ts'
import type { Context } from './context.ts'

/** Serves health and metrics to operators, and nothing to anybody else. */
export function buildApp({ config, logger, messaging, sender }: Context): Promise<HttpApp> {
  return createHttpApp({
    service,
    config,
    logger,
    health: {
      live: () => messaging.findStandstill() ?? (sender.isAlive() ? null : 'The sender stands still'),
      // Always ready, because nobody calls it. What it cannot do now it does later.
      ready: () => Promise.resolve(),
    },
  })
}
