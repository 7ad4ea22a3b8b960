import { accountErased } from '@coursewire/events'
import { type Handler, on } from '@coursewire/messaging'
import type { Logger } from '@coursewire/service-kit'
import type { Config } from './config.ts'
import { onAccountErased } from './emails/handlers.ts'
import { type Template, templates } from './emails/templates.ts'
import { newsHandlers } from './news/handlers.ts'

export function createHandlers(logger: Logger, welcomeFrom: Config['WELCOME_FROM']): Handler[] {
  const { welcome, ...others } = templates
  const consumed = welcomeFrom === 'sns' ? others : { welcome, ...others }
  return [
    ...Object.values<Template>(consumed).flatMap(({ createHandler }) => createHandler?.(logger) ?? []),
    ...newsHandlers,
    on(accountErased, onAccountErased(logger)),
  ]
}
