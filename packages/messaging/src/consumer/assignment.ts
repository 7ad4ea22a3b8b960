import type { Partition } from './partition.ts'
import type { Beginning } from './positioning.ts'

export interface AssignmentOptions {
  create(beginning: Beginning): Partition
  /** Makes the next fetch of a partition begin at `offset`, and discards what is on its way. */
  seek(topic: string, partition: number, offset: number): void
  /** Called when unread records, from `expected` up to `found`, are gone. */
  onLost(topic: string, partition: number, expected: number, found: number): void
  /** Called when a partition ends before our position, so it has been replaced or has lost records. */
  onTruncated(): void
}

/** The partitions of this member, from one join of its group to the next. */
export function createAssignment(options: AssignmentOptions) {
  /** The partitions whose start is known. */
  const partitions = new Map<string, Partition>()
  /** The partitions where the broker no longer had the requested offset. The next batch starts at the first record it has. */
  const outOfRange = new Set<string>()

  function end(): void {
    for (const partition of partitions.values()) partition.abandon()
    partitions.clear()
    outOfRange.clear()
  }

  return {
    partitions: () => partitions.values(),

    /** Ends an epoch. None of its work counts in the next one. */
    end,

    /**
     * Sets where partitions begin in a new epoch. kafkajs joins inside one fetcher while another broker's answer is still on its way.
     * That answer arrives after the join, and accepting it would skip the dropped records. The seek makes kafkajs discard the answer and
     * fetch the dropped records again.
     */
    begin(beginnings: Beginning[]): void {
      for (const beginning of beginnings) {
        const { topic, partition, start } = beginning
        partitions.set(toKey(topic, partition), options.create(beginning))
        options.seek(topic, partition, start)
      }
    },

    /** Notes that the broker no longer has the requested offset. */
    markOutOfRange(topic: string, number: number): void {
      outOfRange.add(toKey(topic, number))
    },

    /** Returns the partition of a batch that starts at `start`. If it is not the next batch, returns null and requests that one. */
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
