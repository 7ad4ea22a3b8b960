import type { Handler } from '@coursewire/messaging'
import { analyticsHandlers } from './analytics/handlers.ts'
import { catalogueHandlers } from './catalogue/handlers.ts'
import { experimentHandlers } from './experiments/handlers.ts'
import { recommendationHandlers } from './recommendations/handlers.ts'

/** Recommendations come before the numbers, because they take the lock that makes transactions about the same courses wait in a row. */
export const handlers: Handler[] = joinByType([
  ...catalogueHandlers,
  ...recommendationHandlers,
  ...analyticsHandlers,
  ...experimentHandlers,
])

/** Lets handlers of the same type handle it one after the other. All of them lead to the same numbers in whatever order events come. */
function joinByType(given: Handler[]): Handler[] {
  const byType = new Map<string, Handler>()
  for (const handler of given) {
    const first = byType.get(handler.type)
    byType.set(handler.type, { ...(first ? inTurn(first, handler) : handler), isOrderFree: true })
  }
  return [...byType.values()]
}

function inTurn(first: Handler, second: Handler): Handler {
  return {
    ...first,
    async handle(tx, events) {
      await first.handle(tx, events)
      await second.handle(tx, events)
    },
  }
}
