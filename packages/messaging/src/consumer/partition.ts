import * as metrics from '../metrics.ts'
import type { FetchedBatch } from '../source.ts'
import { createLane, type Lane, type LaneContext } from './lane.ts'
import type { Beginning } from './positioning.ts'
import type { Move } from './positions.ts'
import { decodeRecord, type Received } from './record.ts'
import { createWatermark } from './watermark.ts'

/** More lanes only made the transactions smaller, and nothing faster. */
const LANES = 2
const MAX_RECORDS = 5_000
const MAX_BYTES = 8 * 1024 * 1024
/** How far reading may be ahead of the watermark. Everything in between is read again after a restart. */
const MAX_AHEAD = 50_000
/** If there was no progress for this long, records are copied out of the fetch they came in. */
const COPY_AFTER_MS = 1_000

export interface PartitionContext extends LaneContext {
  onProgress: () => void
}

/** One assigned partition during one epoch: its lanes, the records in flight, and its watermark. */
export function createPartition(context: PartitionContext, { topic, life, partition, start, end, saved }: Beginning) {
  const watermark = createWatermark(start)
  watermark.noteEnd(end)
  const lanes: Lane[] = Array.from({ length: LANES }, () => createLane(context, settle))
  let position = start
  let records = 0
  let bytes = 0
  let isFull = false

  function settle(received: Received[]): void {
    records -= received.length
    for (const { record } of received) bytes -= record.sizeBytes
    watermark.complete(received.map(({ record }) => record.offset))
    updateFullness()
    context.onProgress()
  }

  /** It becomes full at the limit and is full until half of that, so that reading does not stutter. */
  function updateFullness(): void {
    const share = isFull ? 0.5 : 1
    isFull =
      records > MAX_RECORDS * share || bytes > MAX_BYTES * share || position - watermark.value > MAX_AHEAD * share
  }

  return {
    topic,
    life,
    partition,
    /** True until the start is known, because kafkajs must fetch nothing before. */
    isPaused: true,
    /** The positions last written to the database and to Kafka. */
    saved,
    committed: null as number | null,
    /** Whether the standstill has been reported. */
    isStandingStill: false,
    get watermark(): number {
      return watermark.value
    },
    /** The offset at which the next batch must start. */
    get position(): number {
      return position
    },
    get isFull(): boolean {
      return isFull
    },
    get end(): number {
      return watermark.end
    },
    /** The number of records that were read but are not done. */
    get inHand(): number {
      return records
    },
    noteEnd: (offset: number) => watermark.noteEnd(offset),
    age: (now: number) => watermark.age(now),
    oldestAge: (now: number) => watermark.oldestAge(now),

    accept(batch: FetchedBatch): void {
      const waiting: Received[] = []
      // While work flows, a fetch leaves memory quickly. At a standstill a few waiting records would keep each whole fetch in memory.
      const mustCopy = records > 0 && watermark.age(performance.now()) > COPY_AFTER_MS
      for (const source of batch.read({ life, mustCopy })) {
        const decoded = decodeRecord(source, context.handlers, context.consumer)
        if ('received' in decoded) waiting.push(decoded.received)
        else metrics.eventsSkipped.add(1, { reason: decoded.skipped })
      }
      position = batch.next
      const offsets = waiting.map(({ record }) => record.offset)
      watermark.add(offsets, batch.next)
      watermark.noteEnd(batch.end)
      for (const received of waiting) {
        records += 1
        bytes += received.record.sizeBytes
        lanes[chooseLane(received.record.key)]?.push(received)
      }
      updateFullness()
      for (const lane of lanes) lane.start()
    },

    /** Skips records that are never delivered: markers and aborted transactions. */
    skipTo(end: number): void {
      position = end
      watermark.add([], end)
    },

    abandon(): void {
      for (const lane of lanes) lane.abandon()
    },
    whenIdle: async (): Promise<void> => {
      await Promise.all(lanes.map((lane) => lane.whenIdle()))
    },
  }
}

export type Partition = ReturnType<typeof createPartition>

/** The progress of a partition. */
export const toMove = ({ topic, life, partition, watermark, saved }: Partition): Move => ({
  topic,
  life,
  partition,
  position: watermark,
  saved,
})

/** Equal keys share a lane, which keeps their order. Records without a key have no order to keep, but share a lane too. */
function chooseLane(key: Buffer | null): number {
  let hash = 0
  for (let index = 0; key && index < key.length; index += 1) hash = (hash * 31 + (key[index] ?? 0)) | 0
  return Math.abs(hash) % LANES
}
