/** Names and values in order. A name may be repeated, and a value may be missing. */
export type Headers = [name: string, value: Buffer | null][]

/** The header of a replayed record. It says where the record failed first. */
export const REDRIVE_HEADER = 'x-redrive-id'

/** A record as it came from Kafka, with its original bytes. */
export interface KafkaSource {
  topic: string
  /** The life of the topic, because its name may later refer to another topic. '' if records are not remembered. */
  life: string
  partition: number
  offset: number
  /** Milliseconds since 1970, as text. */
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  headers: Headers
  /** Whether a person replayed it. */
  isRedriven: boolean
  /** The size of key, value and headers. */
  sizeBytes: number
  /** Set if the record stands for a whole unreadable batch. `value` is then the batch, and `offset` its last offset. */
  unreadBatch: UnreadBatch | null
}

/** A batch that cannot be read, or is too large after decompression. */
interface UnreadBatch {
  firstOffset: number
  records: number
  codec: string
  reason: string
}

/** Formats the timestamp of a record as ISO 8601 in UTC. Returns null if it is no moment, because some topics accept any number. */
export function toMoment(timestamp: string): string | null {
  const at = new Date(Number(timestamp))
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

/** Records of a partition that were fetched together. */
export interface FetchedBatch {
  topic: string
  partition: number
  /** The requested offset, which is before the first record if some were filtered out. */
  start: number
  /** The offset to request next. */
  next: number
  /** The end of the partition for a reader of committed records. */
  end: number
  /** With `mustCopy` the records may wait, because they do not keep the whole fetch in memory. */
  read(options: { life: string; mustCopy: boolean }): Iterable<KafkaSource>
}
