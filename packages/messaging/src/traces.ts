import { readTraceparent, type TracedItem, traceIdOf } from '@coursewire/service-kit'
import type { Attributes } from '@opentelemetry/api'

const HEADER = 'traceparent'
/** The ids in the headers of a record that a span of it has as attributes. */
const attributeNames: Record<string, string> = {
  ce_id: 'messaging.message.id',
  ce_type: 'coursewire.event_type',
  ce_correlationid: 'coursewire.correlation_id',
}

type Headers = readonly (readonly [name: string, value: Buffer | string | null])[]

/** Reads the W3C trace context in the headers of a record. Returns null if there is none that is well-formed. */
export function findTraceparent(headers: Headers): string | null {
  const found = headers.find(([name]) => name === HEADER)
  return found ? readTraceparent(found[1]?.toString()) : null
}

/** Describes the span of a message, by the names that OpenTelemetry gives to messaging. */
export function toTracedMessage(
  operation: 'send' | 'process',
  { system, topic, headers }: { system: string; topic: string; headers: Headers },
  more?: Attributes,
): TracedItem {
  const attributes: Attributes = {
    'messaging.system': system,
    'messaging.operation.name': operation,
    'messaging.destination.name': topic,
    ...more,
  }
  for (const [name, value] of headers) {
    const attribute = attributeNames[name]
    if (attribute !== undefined && value !== null) attributes[attribute] = value.toString()
  }
  // An ARN ends with the name of the topic.
  return { name: `${operation} ${topic.split(':').at(-1)}`, parent: findTraceparent(headers), attributes }
}

const traceparents = new WeakMap<object, string>()

/** Remembers the trace context of a record for what is made of it. */
export function setTraceparent(
  { record, event, envelope }: { record: object; event: object | null; envelope: object | null },
  traceparent: string,
): void {
  for (const one of [record, event, envelope]) if (one) traceparents.set(one, traceparent)
}

/**
 * Returns the W3C trace context of an event that a handler was given, for what the event causes: that of its span, or without tracing the one
 * that its record came with. Undefined if there is none.
 */
export const traceparentOf = (event: object): string | undefined => traceparents.get(event)

/** Returns the id of that trace as a field of log lines. */
export function traceOf(event: object): { traceId?: string } {
  const traceparent = traceparents.get(event)
  return traceparent === undefined ? {} : { traceId: traceIdOf(traceparent) }
}
