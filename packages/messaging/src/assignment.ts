import type { Partition } from './partition.ts'

export interface AssignmentOptions {
  create(topic: string, partition: number, start: number): Partition
  /** Makes the next fetch of a partition begin at `offset`, and what is on its way be discarded. */
  seek(topic: string, partition: number, offset: number): void
  /** Called when records before `found` are gone that were not read: from `expected` on, where that is known. */
  onLost(topic: string, partition: number, expected: number | null, found: number): void
}

/** The partitions this member has, from one join of its group to the next. */
export function createAssignment(options: AssignmentOptions) {
  const partitions = new Map<string, Partition>()
  /** Of which nothing was read since the join: where they begin is the broker's to say. */
  const unread = new Set<string>()
  /** Where the broker no longer had what was asked for, so that the next batch starts where it has something. */
  const outOfRange = new Set<string>()

  function end(): void {
    for (const partition of partitions.values()) partition.abandon()
    partitions.clear()
    unread.clear()
    outOfRange.clear()
  }

  return {
    partitions: () => partitions.values(),

    /**
     * Begins an epoch, in which nothing of the one before counts. kafkajs joins inside one fetcher while another broker's
     * answer is still on its way; that answer arrives after the join, and taking it would pass over all that is dropped
     * here. The seek makes kafkajs discard it, and brings back what was dropped.
     */
    begin(assigned: Record<string, number[]>): void {
      const kept = new Map([...partitions].map(([key, { watermark }]) => [key, watermark]))
      end()
      for (const [topic, numbers] of Object.entries(assigned)) {
        for (const number of numbers) {
          const key = toKey(topic, number)
          const watermark = kept.get(key)
          if (watermark === undefined) {
            unread.add(key)
          } else {
            partitions.set(key, options.create(topic, number, watermark))
            options.seek(topic, number, watermark)
          }
        }
      }
    },

    end,

    /** Hears that the broker no longer has the offset that was asked for. */
    markOutOfRange(topic: string, number: number): void {
      outOfRange.add(toKey(topic, number))
    },

    /** The partition of a batch that starts at `start`; null where the batch is not the one to take, which is then asked for. */
    find(topic: string, number: number, start: number): Partition | null {
      const key = toKey(topic, number)
      const isReset = outOfRange.delete(key)
      if (unread.delete(key)) {
        partitions.set(key, options.create(topic, number, start))
        if (isReset) options.onLost(topic, number, null, start)
      }
      const partition = partitions.get(key)
      if (!partition || start === partition.position) return partition ?? null
      if (!isReset) {
        options.seek(topic, number, partition.position)
        return null
      }
      options.onLost(topic, number, partition.position, start)
      partition.skipTo(start)
      return partition
    },
  }
}

const toKey = (topic: string, partition: number) => `${topic}/${partition}`
