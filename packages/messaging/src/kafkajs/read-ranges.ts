import { randomUUID } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import type { KafkaSource } from '../source.ts'
import { membership } from './client.ts'
import { toSource } from './source.ts'

/** Offsets of one partition. `to` is exclusive. */
export interface Range {
  topic: string
  /** For records that are remembered. */
  life?: string
  partition: number
  from: number
  to: number
}

const STALL_MS = 2_000

const toKey = ({ topic, partition }: { topic: string; partition: number }) => `${topic}/${partition}`

/** Finds the current offsets of topics, by partition. A missing topic has none. */
export async function findRanges(admin: Admin, topics: readonly string[]): Promise<Range[]> {
  const existing = new Set(await admin.listTopics())
  const ranges: Range[] = []
  for (const topic of topics.filter((name) => existing.has(name))) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      ranges.push({ topic, partition, from: Number(low), to: Number(high) })
    }
  }
  return ranges
}

/**
 * Passes every record of the ranges once, in order per partition and as many together as were fetched. Fetches more when `onRecords` has
 * resolved. Does not wait for new records, and leaves no group behind. The
 * name of the group begins with `name`.
 */
export async function readRanges(
  { kafka, admin, name, signal }: { kafka: Kafka; admin: Admin; name: string; signal?: AbortSignal | undefined },
  ranges: readonly Range[],
  onRecords: (records: KafkaSource[]) => void | Promise<void>,
): Promise<void> {
  const open = new Map(ranges.filter(({ from, to }) => from < to).map((range) => [toKey(range), { ...range }]))
  if (open.size === 0) return
  const topics = [...new Set(ranges.map(({ topic }) => topic))]
  const groupId = `${name}.reader-${randomUUID()}`
  const consumer = kafka.consumer({ ...membership, groupId, maxWaitTimeInMs: 100 })

  function isWanted(record: KafkaSource): boolean {
    const range = open.get(toKey(record))
    // Until the seek takes effect, records come from elsewhere.
    if (!range || record.offset < range.from || record.offset >= range.to) return false
    range.from = record.offset + 1
    return true
  }

  function settle(topic: string, partition: number, next: number): void {
    const key = toKey({ topic, partition })
    if (next < (open.get(key)?.to ?? Number.POSITIVE_INFINITY)) return
    open.delete(key)
    consumer.pause([{ topic, partitions: [partition] }])
  }

  async function start(fail: (error: unknown) => void): Promise<void> {
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        try {
          const { life = '' } = open.get(toKey({ topic, partition })) ?? {}
          const records = messages.map((message) => toSource({ topic, life, partition }, message)).filter(isWanted)
          if (records.length > 0) await onRecords(records)
        } catch (error) {
          // kafkajs would try the batch again.
          fail(error)
        }
      },
    })
    for (const { topic, partition, from } of open.values()) {
      consumer.seek({ topic, partition, offset: String(from) })
    }
  }

  let timer: NodeJS.Timeout | undefined
  let stop: () => void = () => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const check = () => open.size === 0 && resolve()
      // Only this event reports transaction markers and aborted records.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
        settle(topic, partition, Number(lastOffset) + 1)
        check()
      })
      consumer.on(consumer.events.CRASH, ({ payload: { error } }) => reject(error))
      stop = () => reject(new Error('Stopped'))
      signal?.addEventListener('abort', stop)
      // Records that have expired since the ranges were found never come.
      timer = setInterval(() => {
        findRanges(admin, topics).then((now) => {
          for (const { topic, partition, from } of now) settle(topic, partition, from)
          check()
        }, reject)
      }, STALL_MS)
      start(reject).catch(reject)
    })
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', stop)
    await consumer.disconnect()
    await admin.deleteGroups([groupId]).catch(() => undefined)
  }
}
