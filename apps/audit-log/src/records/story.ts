/** A part of a story: what happened, and the event that caused it. */
interface Part {
  eventId: string | null
  causationId: string | null
  appendedAt: string
}

/** Orders what came of one request so that each event follows its cause, and otherwise by time. */
export function tellInOrder<Told extends Part>(parts: Told[]): Told[] {
  const byTime = parts.toSorted((a, b) => a.appendedAt.localeCompare(b.appendedAt))
  const known = new Set(byTime.map(({ eventId }) => eventId))
  const told = new Set<Told>()
  const toldIds = new Set<string | null>()
  let waiting = byTime
  // Clocks of brokers may differ a little, so an effect can seem older than its cause.
  while (waiting.length > 0) {
    const next = waiting.filter(({ causationId }) => !known.has(causationId) || toldIds.has(causationId))
    // Events that cause each other have no order.
    const ready = next.length > 0 ? next : waiting
    for (const part of ready) {
      told.add(part)
      toldIds.add(part.eventId)
    }
    waiting = waiting.filter((part) => !told.has(part))
  }
  return [...told]
}
