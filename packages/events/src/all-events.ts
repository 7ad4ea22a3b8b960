import type { EventDefinition } from './define-event.ts'
import * as contract from './index.ts'

const isEvent = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'build' in value && 'topic' in value

/** Every definition that the package exports. */
export const allEvents = Object.values<unknown>(contract).filter(isEvent)
