import { accountErased, enrollmentCancelled } from '@coursewire/events'
import { type Handler, on } from '@coursewire/messaging'
import type { Logger } from '@coursewire/service-kit'
import { onAccountErased, onEnrollmentCancelled } from './emails/handlers.ts'
import { templates } from './emails/templates.ts'

export function createHandlers(logger: Logger): Handler[] {
  return [
    ...Object.values(templates).map(({ createHandler }) => createHandler(logger)),
    on(enrollmentCancelled, onEnrollmentCancelled(logger)),
    on(accountErased, onAccountErased(logger)),
  ]
}
