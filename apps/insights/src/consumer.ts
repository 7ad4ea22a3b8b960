import type { Handler } from '@coursewire/messaging'
import { analyticsHandlers } from './analytics/handlers.ts'
import { catalogueHandlers } from './catalogue/handlers.ts'

export const handlers: Handler[] = [...catalogueHandlers, ...analyticsHandlers]
