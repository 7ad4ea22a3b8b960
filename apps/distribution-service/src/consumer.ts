import { courseDeployedStaging, courseGenerationCompleted } from '@coursewire/events'
import { type Handler, on, onRun } from '@coursewire/messaging'
import type { Logger, Moment } from '@coursewire/service-kit'
import { createCourseHandlers } from './courses/handlers.ts'

export function createHandlers(ctx: { logger: Logger; now: () => Moment }): Handler[] {
  const courses = createCourseHandlers(ctx)
  return [
    onRun(courseGenerationCompleted, courses.onCoursesGenerated),
    on(courseDeployedStaging, courses.onCourseDeployedStaging),
  ]
}
