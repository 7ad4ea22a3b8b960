import { enrollmentCompleted } from '@coursewire/events'
import { onRun } from '@coursewire/messaging'
import type { Logger } from '@coursewire/service-kit'
import { onEnrollmentCompleted } from './emails/handlers.ts'

export function createHandlers(logger: Logger) {
  return [onRun(enrollmentCompleted, onEnrollmentCompleted(logger))]
}
