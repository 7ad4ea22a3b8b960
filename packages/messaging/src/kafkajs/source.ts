import type { Batch, KafkaMessage } from 'kafkajs'
import { type FetchedBatch, type Headers, type KafkaSource, REDRIVE_HEADER } from '../source.ts'
import { codecNames } from './codecs.ts'

/** Fields that kafkajs' types do not have: the headers in their order, and an unreadable batch. */
type ReadMessage = KafkaMessage & {
  headerList?: { key: string; value: Buffer | null }[]
  unreadBatch?: { firstOffset: string; count: number; codec: number; error: Error }
}

export function toFetchedBatch(batch: Batch): FetchedBatch {
  const { topic, partition, messages, highWatermark } = batch
  return {
    topic,
    partition,
    // kafkajs' types do not have this field.
    start: Number((batch as Batch & { fetchedOffset: string }).fetchedOffset),
    next: Number(batch.lastOffset()) + 1,
    end: Number(highWatermark),
    *read({ life, mustCopy }) {
      const place = { topic, life, partition }
      for (const message of messages) yield toSource(place, message, mustCopy)
    },
  }
}

/** Set `mustCopy` if the record may wait, because kafkajs' bytes are views of the whole fetch. */
export function toSource(
  { topic, life = '', partition }: { topic: string; life?: string; partition: number },
  message: KafkaMessage,
  mustCopy = false,
): KafkaSource {
  const take = (bytes: Buffer | null) => (mustCopy && bytes ? Buffer.from(bytes) : bytes)
  const { headerList = [], unreadBatch } = message as ReadMessage
  // Copies into a new list, because the list of the getter would keep the whole fetch in memory.
  const kept = mustCopy ? headerList.map(({ key, value }) => ({ key, value: take(value) })) : headerList
  return {
    topic,
    life,
    partition,
    offset: Number(message.offset),
    timestamp: message.timestamp,
    key: take(message.key),
    value: take(message.value),
    // Lazy, because most records are handled without their headers.
    get headers() {
      return kept.map(({ key, value }): Headers[number] => [key, value])
    },
    isRedriven: headerList.some(({ key }) => key === REDRIVE_HEADER),
    sizeBytes: sizeOf(message, headerList),
    unreadBatch: unreadBatch
      ? {
          firstOffset: Number(unreadBatch.firstOffset),
          records: unreadBatch.count,
          codec: codecNames[unreadBatch.codec] ?? `codec ${unreadBatch.codec}`,
          reason: unreadBatch.error.message,
        }
      : null,
  }
}

function sizeOf({ key, value }: KafkaMessage, headers: { key: string; value: Buffer | null }[]): number {
  let bytes = (value?.byteLength ?? 0) + (key?.byteLength ?? 0)
  for (const header of headers) bytes += header.key.length + (header.value?.byteLength ?? 0)
  return bytes
}
