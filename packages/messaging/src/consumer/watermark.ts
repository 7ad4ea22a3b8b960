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
  /** Where the partition ends, as far as anybody has said. */
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
    /** Hears where the partition ends, also of records that nobody is shown yet. */
    noteEnd(offset: number): void {
      if (!isWaiting()) movedAt = performance.now()
      end = Math.max(end, offset)
    },
    /** Milliseconds, by `performance.now()`, since it last moved, 0 when it is at the end of the partition. */
    age: (now: number): number => (isWaiting() ? now - movedAt : 0),
    oldestAge(now: number): number {
      const [oldest] = pending.values()
      return oldest ? now - oldest.since : 0
    },
    /** Takes in offsets in ascending order; `next` is where the batch they came in ends, beyond what is never shown to us. */
    add(offsets: number[], next: number): void {
      this.noteEnd(next)
      for (const offset of offsets) {
        last = { next: offset + 1, isDone: false, since: performance.now() }
        pending.set(offset, last)
      }
      // Settled from the front only: while anything is pending, the last one taken in is.
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
