import type { Handler } from '@coursewire/messaging'
import { analyticsHandlers } from './analytics/handlers.ts'
import { catalogueHandlers } from './catalogue/handlers.ts'
import { experimentHandlers } from './experiments/handlers.ts'
import { recommendationHandlers } from './recommendations/handlers.ts'

/** These lead to the same numbers in whatever order the events of different types come. */
const numberHandlers = [...recommendationHandlers, ...analyticsHandlers, ...experimentHandlers].map(
  (handler): Handler => ({ ...handler, isOrderFree: true }),
)

/** Recommendations come before the other numbers, because they take the lock that makes transactions about the same courses wait in a row. */
export const handlers: Handler[] = joinByType([...catalogueHandlers, ...numberHandlers])

/** Lets handlers of the same type handle it one after the other. */
function joinByType(given: Handler[]): Handler[] {
  const byType = new Map<string, Handler>()
  for (const handler of given) {
    const first = byType.get(handler.type)
    byType.set(handler.type, first ? inTurn(first, handler) : handler)
  }
  return [...byType.values()]
}

function inTurn(first: Handler, second: Handler): Handler {
  return {
    ...first,
    isOrderFree: first.isOrderFree === true && second.isOrderFree === true,
    async handle(tx, events) {
      await first.handle(tx, events)
      await second.handle(tx, events)
    },
  }
}
