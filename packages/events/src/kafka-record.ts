import type { EventDefinition } from './define-event.ts'
import type { EventEnvelope } from './envelope.ts'

/** The largest allowed event. SNS accepts no more, and every event must fit every destination. */
export const MAX_EVENT_BYTES = 256 * 1024

export class EventTooLargeError extends Error {
  override readonly name = 'EventTooLargeError'
}

export interface KafkaRecord {
  topic: string
  key: string
  value: Uint8Array
  headers: [name: string, value: string][]
}

/**
 * Converts an event into its Kafka record: JSON in UTF-8, keyed by the aggregate's id, with headers of the CloudEvents Kafka
 * binding (binary mode). Throws an `EventTooLargeError` above {@link MAX_EVENT_BYTES}.
 */
export function toKafkaRecord(
  definition: Pick<EventDefinition, 'topic' | 'key'>,
  event: EventEnvelope<string, object>,
  traceparent?: string,
): KafkaRecord {
  const value = new TextEncoder().encode(JSON.stringify(event))
  assertEventSize(event.type, value.byteLength)
  const { meta } = event
  const headers: KafkaRecord['headers'] = [
    ['ce_specversion', '1.0'],
    ['ce_id', event.id],
    ['ce_type', event.type],
    ['ce_source', `/${meta.producer}`],
    ['ce_time', event.timestamp],
    ['ce_tenantid', meta.tenant_id],
    ['ce_correlationid', meta.correlation_id],
    ['content-type', 'application/json'],
  ]
  if (meta.causation_id !== null) headers.push(['ce_causationid', meta.causation_id])
  if (traceparent !== undefined) headers.push(['traceparent', traceparent])
  return {
    topic: definition.topic,
    key: String((event.payload as Record<string, unknown>)[definition.key]),
    value,
    headers,
  }
}

export function assertEventSize(type: string, bytes: number): void {
  if (bytes > MAX_EVENT_BYTES) {
    throw new EventTooLargeError(`${type} is ${bytes} bytes, more than the ${MAX_EVENT_BYTES} an event may have`)
  }
}
