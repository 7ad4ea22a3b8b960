import type { Partition } from './partition.ts'

/** So many batches in a row that start elsewhere than expected are no late answers: the broker no longer has what we want. */
const MAX_STRAYS = 5

export interface AssignmentOptions {
  create(topic: string, partition: number, start: number): Partition
  /** Makes the next fetch of a partition begin at `offset`, and what is on its way be discarded. */
  seek(topic: string, partition: number, offset: number): void
  /** Called when records between `expected` and `found` are gone before they were read. */
  onLost(topic: string, partition: number, expected: number, found: number): void
}

/** The partitions this member has, from one join of its group to the next. */
export function createAssignment(options: AssignmentOptions) {
  const partitions = new Map<string, Partition>()
  /** Of which nothing was read since the join: where they begin is the broker's to say. */
  const unread = new Set<string>()
  const strays = new Map<string, number>()

  function end(): void {
    for (const partition of partitions.values()) partition.abandon()
    partitions.clear()
    unread.clear()
    strays.clear()
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

    /** The partition of a batch that starts at `start`; null where the batch is not the one to take, which is then asked for. */
    find(topic: string, number: number, start: number): Partition | null {
      const key = toKey(topic, number)
      if (unread.delete(key)) partitions.set(key, options.create(topic, number, start))
      const partition = partitions.get(key)
      if (!partition || start === partition.position) {
        strays.delete(key)
        return partition ?? null
      }
      const count = (strays.get(key) ?? 0) + 1
      strays.set(key, count)
      if (count < MAX_STRAYS) {
        options.seek(topic, number, partition.position)
        return null
      }
      options.onLost(topic, number, partition.position, start)
      strays.delete(key)
      partition.skipTo(start)
      return partition
    },
  }
}

const toKey = (topic: string, partition: number) => `${topic}/${partition}`
