import type { Partition } from './partition.ts'
import type { Beginning } from './positioning.ts'

export interface AssignmentOptions {
  create(beginning: Beginning): Partition
  /** Makes the next fetch of a partition begin at `offset`, and what is on its way be discarded. */
  seek(topic: string, partition: number, offset: number): void
  /** Called when records before `found` are gone that were not read: from `expected` on. */
  onLost(topic: string, partition: number, expected: number, found: number): void
  /** Called when a partition ends before what was read of it: it is not the one it was. */
  onTruncated(): void
}

/** The partitions this member has, from one join of its group to the next. */
export function createAssignment(options: AssignmentOptions) {
  /** Those of which it is known where they begin. */
  const partitions = new Map<string, Partition>()
  /** Where the broker no longer had what was asked for, so that the next batch starts where it has something. */
  const outOfRange = new Set<string>()

  function end(): void {
    for (const partition of partitions.values()) partition.abandon()
    partitions.clear()
    outOfRange.clear()
  }

  return {
    partitions: () => partitions.values(),

    /** Ends an epoch: nothing of it counts in the next. */
    end,

    /**
     * Says where partitions begin in a new epoch. kafkajs joins inside one fetcher while another broker's answer is still on
     * its way; that answer arrives after the join, and taking it would pass over all that was dropped. The seek makes kafkajs
     * discard it, and brings back what was dropped.
     */
    begin(beginnings: Beginning[]): void {
      for (const beginning of beginnings) {
        const { topic, partition, start } = beginning
        partitions.set(toKey(topic, partition), options.create(beginning))
        options.seek(topic, partition, start)
      }
    },

    /** Hears that the broker no longer has the offset that was asked for. */
    markOutOfRange(topic: string, number: number): void {
      outOfRange.add(toKey(topic, number))
    },

    /** The partition of a batch that starts at `start`; null where the batch is not the one to take, which is then asked for. */
    find(topic: string, number: number, start: number): Partition | null {
      const key = toKey(topic, number)
      const isReset = outOfRange.delete(key)
      const partition = partitions.get(key)
      if (!partition || start === partition.position) return partition ?? null
      if (!isReset) {
        options.seek(topic, number, partition.position)
        return null
      }
      if (start < partition.position) {
        options.onTruncated()
        return null
      }
      options.onLost(topic, number, partition.position, start)
      partition.skipTo(start)
      return partition
    },
  }
}

const toKey = (topic: string, partition: number) => `${topic}/${partition}`
