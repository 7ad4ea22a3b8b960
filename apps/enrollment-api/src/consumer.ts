import { distributionPublished } from '@coursewire/events'
import { courseHandlers } from './courses/handlers.ts'

export const topics = [distributionPublished.topic]
export const handlers = courseHandlers
