interface Pending {
  /** The offset to go on from once this record and all before it are done. */
  next: number
  isDone: boolean
  since: number
}

/** Follows which offsets of a partition are done, in whatever order; the watermark is the lowest that is not. */
export function createWatermark(start: number) {
  const pending = new Map<number, Pending>()
  let watermark = start
  let movedAt = performance.now()
  let last: Pending | null = null

  function advance(): void {
    for (const [offset, { next, isDone }] of pending) {
      if (!isDone) return
      pending.delete(offset)
      watermark = next
      movedAt = performance.now()
    }
  }

  return {
    get value(): number {
      return watermark
    },
    get pendingCount(): number {
      return pending.size
    },
    /** Milliseconds, by `performance.now()`, since it last moved, 0 when it has nothing to wait for. */
    age: (now: number): number => (pending.size === 0 ? 0 : now - movedAt),
    oldestAge(now: number): number {
      const [oldest] = pending.values()
      return oldest ? now - oldest.since : 0
    },
    /** Takes in offsets in ascending order; `end` is where the batch they came in ends, beyond what is never shown to us. */
    add(offsets: number[], end: number): void {
      if (pending.size === 0) movedAt = performance.now()
      for (const offset of offsets) {
        last = { next: offset + 1, isDone: false, since: performance.now() }
        pending.set(offset, last)
      }
      // Settled from the front only: while anything is pending, the last one taken in is.
      if (last && pending.size > 0) last.next = end
      else watermark = end
    },
    complete(offsets: number[]): void {
      for (const offset of offsets) {
        const entry = pending.get(offset)
        if (entry) entry.isDone = true
      }
      advance()
    },
  }
}
