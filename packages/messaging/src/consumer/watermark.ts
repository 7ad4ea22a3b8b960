interface Pending {
  /** The offset at which to continue when this record and all before it are done. */
  next: number
  isDone: boolean
  since: number
}

/** Tracks which offsets of a partition are done, in any order. The watermark is the lowest one that is not. */
export function createWatermark(start: number) {
  const pending = new Map<number, Pending>()
  let watermark = start
  /** The latest known end of the partition. */
  let end = start
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

  const isWaiting = () => pending.size > 0 || watermark < end

  return {
    get value(): number {
      return watermark
    },
    get pendingCount(): number {
      return pending.size
    },
    get end(): number {
      return end
    },
    /** Sets the end of the partition, including records that are not delivered yet. */
    noteEnd(offset: number): void {
      if (!isWaiting()) movedAt = performance.now()
      end = Math.max(end, offset)
    },
    /** Milliseconds since it last moved, by `performance.now()`. 0 at the end of the partition. */
    age: (now: number): number => (isWaiting() ? now - movedAt : 0),
    oldestAge(now: number): number {
      const [oldest] = pending.values()
      return oldest ? now - oldest.since : 0
    },
    /** Adds offsets in ascending order. `next` is the end of their batch, after any records that are never delivered. */
    add(offsets: number[], next: number): void {
      this.noteEnd(next)
      for (const offset of offsets) {
        last = { next: offset + 1, isDone: false, since: performance.now() }
        pending.set(offset, last)
      }
      // Offsets are removed from the front only, so while any is pending, the last one is.
      if (last && pending.size > 0) last.next = next
      else {
        watermark = next
        movedAt = performance.now()
      }
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
