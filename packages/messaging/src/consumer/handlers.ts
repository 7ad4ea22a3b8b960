import type { EventDefinition, EventEnvelope } from '@coursewire/events'
import type { Transaction } from '@coursewire/service-kit'
import type { z } from 'zod'
import { type Headers, type KafkaSource, toMoment } from '../source.ts'
import type { Received } from './record.ts'

/** Applies consecutive events of one type. It may only use Postgres, through `tx`, and may run again after a failure. */
export interface Handler extends Pick<EventDefinition, 'topic' | 'type' | 'payload'> {
  /** Whether events of other types may come before or after these. Then all of a batch are applied together, still in their own order. */
  isOrderFree?: boolean
  handle(tx: Transaction, events: EventEnvelope[]): Promise<void>
}

/** Applies consecutive records of one topic, whatever they are, under the same conditions as a `Handler`. */
export interface TopicHandler {
  topic: string
  type: null
  /** Whether it takes records that are no events too. They are then remembered by their position. */
  takesAnything: boolean
  handle(tx: Transaction, batch: Received[]): Promise<void>
}

/** A record as it was received. */
export interface ReceivedRecord {
  topic: string
  partition: number
  offset: number
  /** When the broker appended it; ISO 8601 in UTC. Null if the topic accepted a producer's timestamp that is no moment. */
  appendedAt: string | null
  key: Buffer | null
  value: Buffer | null
  headers: Headers
}

/** An event and the record that it came in. */
export interface ReceivedEvent extends ReceivedRecord {
  /** The parsed envelope. Missing optional fields and the tenant are filled in; the payload is as it was received. */
  event: EventEnvelope<string, Record<string, unknown>>
}

/** Handles events of a type one by one. Throw an `AppError` if an event breaks a rule; it becomes a dead letter. */
export function on<Type extends string, Payload extends z.ZodObject>(
  definition: EventDefinition<Type, Payload>,
  handle: (tx: Transaction, event: EventEnvelope<Type, z.output<Payload>>) => Promise<void>,
): Handler {
  return onRun(definition, async (tx, events) => {
    for (const event of events) await handle(tx, event)
  })
}

/** Handles consecutive events of a type together and in order, for effects that one statement can apply. */
export function onRun<Type extends string, Payload extends z.ZodObject>(
  { topic, type, payload }: EventDefinition<Type, Payload>,
  handle: (tx: Transaction, events: EventEnvelope<Type, z.output<Payload>>[]) => Promise<void>,
): Handler {
  return {
    topic,
    type,
    payload,
    handle: (tx, events) => handle(tx, events as EventEnvelope<Type, z.output<Payload>>[]),
  }
}

/**
 * Handles consecutive events of a topic together, including types that were added later and events that are addressed to other consumers.
 * Checks only the envelope.
 */
export function onAll(
  topic: string,
  handle: (tx: Transaction, events: ReceivedEvent[]) => Promise<void>,
): TopicHandler {
  return {
    topic,
    type: null,
    takesAnything: false,
    handle: (tx, batch) =>
      handle(
        tx,
        batch.flatMap(({ record, envelope }) => (envelope ? toReceivedEvent(record, envelope) : [])),
      ),
  }
}

/** Handles consecutive records of a topic together, whatever they hold, as those of a dead-letter topic. Checks nothing. */
export function onRecords(
  topic: string,
  handle: (tx: Transaction, records: ReceivedRecord[]) => Promise<void>,
): TopicHandler {
  return {
    topic,
    type: null,
    takesAnything: true,
    handle: (tx, batch) =>
      handle(
        tx,
        batch.map(({ record }) => toReceivedRecord(record)),
      ),
  }
}

export interface Handlers {
  byType: ReadonlyMap<string, Handler>
  byTopic: ReadonlyMap<string, TopicHandler>
}

/** Throws if two handlers have the same type, or the same topic as a whole, because only one of them would be called. */
export function sortHandlers(handlers: readonly (Handler | TopicHandler)[]): Handlers {
  const byType = new Map<string, Handler>()
  const byTopic = new Map<string, TopicHandler>()
  for (const handler of handlers) {
    const isTaken = handler.type === null ? byTopic.has(handler.topic) : byType.has(handler.type)
    if (isTaken) throw new Error(`${handler.type ?? handler.topic} has two handlers`)
    if (handler.type === null) byTopic.set(handler.topic, handler)
    else byType.set(handler.type, handler)
  }
  return { byType, byTopic }
}

/** `envelope` is the parsed value of the record. */
export function toReceivedEvent(record: KafkaSource, envelope: EventEnvelope): ReceivedEvent {
  return { ...toReceivedRecord(record), event: envelope as ReceivedEvent['event'] }
}

function toReceivedRecord({ topic, partition, offset, timestamp, key, value, headers }: KafkaSource): ReceivedRecord {
  return { topic, partition, offset, appendedAt: toMoment(timestamp), key, value, headers }
}
