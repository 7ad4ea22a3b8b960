import { hash } from 'node:crypto'
import { type EventEnvelope, type ParseFailure, parseEvent } from '@coursewire/events'
import type { KafkaSource } from '../source.ts'
import { findTraceparent, setTraceparent } from '../traces.ts'
import type { Handlers } from './handlers.ts'

/** The two names by which a record is remembered: its place in the producer's stream, and its id within the tenant. */
export interface Identity {
  source: string
  streamMessageId: string
  tenantId: string
  eventId: string
}

export interface Refusal {
  code: string
  message: string
  stack?: string | undefined
}

/** A record that will have an effect or, with a refusal, become a dead letter. */
export interface Received {
  record: KafkaSource
  identity: Identity
  contentHash: Buffer
  /** For the handler of its type; null where there is none. */
  event: EventEnvelope | null
  /** For the handler of its topic, the payload as it was received; null where there is none. */
  envelope: EventEnvelope | null
  refusal: Refusal | null
}

export type Decoded = { received: Received } | { skipped: ParseFailure }

/** As much as a topic accepts uncompressed. A larger record is not even parsed. */
const MAX_EVENT_BYTES = 1024 * 1024

/** Reads a record. Never throws; if the record cannot be read, it is refused alone. */
export function decodeRecord(record: KafkaSource, handlers: Handlers, consumer: string): Decoded {
  const decoded = decode(record, handlers, consumer)
  const traceparent = findTraceparent(record.headers)
  if (traceparent !== null && 'received' in decoded) setTraceparent(decoded.received, traceparent)
  return decoded
}

function decode(record: KafkaSource, { byType, byTopic }: Handlers, consumer: string): Decoded {
  const { unreadBatch } = record
  if (unreadBatch) {
    const { firstOffset, records, codec, reason } = unreadBatch
    const message = `${records} records (${codec}) from offset ${firstOffset} to ${record.offset}: ${reason}`
    return { received: nameByPosition(record, { code: 'batch.unreadable', message }) }
  }
  const ofTopic = byTopic.get(record.topic)
  if (ofTopic?.takesAnything) return { received: nameByPosition(record, null) }
  if (record.value && record.value.byteLength > MAX_EVENT_BYTES) {
    const message = `${record.value.byteLength} bytes, where an event has at most ${MAX_EVENT_BYTES}`
    return { received: nameByPosition(record, { code: 'record.too-large', message }) }
  }
  if (record.value === null)
    return { received: nameByPosition(record, { code: 'record.tombstone', message: 'no value' }) }
  try {
    const result = parseEvent(record.value, byType, consumer)
    const isForAll = ofTopic !== undefined
    const isForNobody = !result.ok && (result.reason === 'unknown-type' || result.reason === 'for-somebody-else')
    if (isForNobody && !isForAll) return { skipped: result.reason }
    const isFine = result.ok || isForNobody
    const refusal = isFine ? null : { code: `record.${result.reason}`, message: result.message }
    const { envelope } = result
    if (!envelope) return { received: nameByPosition(record, refusal) }
    return {
      received: {
        record,
        identity: identify(record.topic, envelope),
        contentHash: hashContent(envelope),
        event: result.ok ? result.event : null,
        envelope: isForAll ? envelope : null,
        refusal,
      },
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { received: nameByPosition(record, { code: 'record.undecodable', message }) }
  }
}

/** Builds what is remembered by its position, because its own names do not count, cannot be read, or are taken. */
export function nameByPosition(record: KafkaSource, refusal: Refusal | null): Received {
  return {
    record,
    identity: identifyByPosition(record),
    contentHash: sha256(record.value ?? ''),
    event: null,
    envelope: null,
    refusal,
  }
}

function identifyByPosition({ topic, life, partition, offset }: KafkaSource): Identity {
  const position = `${topic}/${partition}/${offset}@${life}`
  return { source: topic, streamMessageId: position, tenantId: '', eventId: position }
}

function identify(topic: string, { id, meta }: EventEnvelope): Identity {
  return {
    source: `${topic}/${meta.producer}/${meta.tenant_id}`,
    streamMessageId: meta.stream_message_id ?? id,
    tenantId: meta.tenant_id,
    eventId: id,
  }
}

/** Computes a hash that is the same for every serialisation of the same content. Property order and the rest of the envelope do not count. */
function hashContent({ type, payload, meta }: EventEnvelope): Buffer {
  return sha256(JSON.stringify(toCanonical({ type, tenant: meta.tenant_id, payload })))
}

/** Converts objects to lists with sorted properties, and marks lists as such. Throws a `RangeError` if the nesting is too deep. */
function toCanonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return ['[', ...value.map(toCanonical)]
  const list: unknown[] = ['{']
  for (const name of Object.keys(value).sort()) list.push(name, toCanonical((value as Record<string, unknown>)[name]))
  return list
}

const sha256 = (content: string | Buffer) => hash('sha256', content, 'buffer')
