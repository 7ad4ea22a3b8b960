import { courseDeployedStaging, courseGenerationCompleted } from '@coursewire/events'
import { type Handler, on } from '@coursewire/messaging'
import type { Logger, Moment } from '@coursewire/service-kit'
import { createCourseHandlers } from './courses/handlers.ts'

export const topics = [courseGenerationCompleted.topic]

export function createHandlers(ctx: { logger: Logger; now: () => Moment }): Handler[] {
  const courses = createCourseHandlers(ctx)
  return [
    on(courseGenerationCompleted, courses.onCourseGenerationCompleted),
    on(courseDeployedStaging, courses.onCourseDeployedStaging),
  ]
}
