import type { z } from 'zod'
import { type EventEnvelope, type EventMeta, SCHEMA_VERSION, writtenEnvelope } from './envelope.ts'

export interface EventDefinition<Type extends string = string, Payload extends z.ZodObject = z.ZodObject> {
  type: Type
  topic: string
  producer: string
  listeners: readonly string[]
  payload: Payload
  /** The payload field whose value becomes the record key: the id of the aggregate, whose events stay in order. */
  key: string
  /**
   * Builds the event. Throws a `ZodError` if the payload breaks the schema or has a field that the schema lacks, or if `identity`
   * is not a UUID v4 and a UTC moment with six fractional digits. So a change that cannot be announced fails where it is written.
   */
  build(
    payload: z.input<Payload>,
    meta: EventMeta,
    identity: { id: string; at: string },
  ): EventEnvelope<Type, z.output<Payload>>
}

export type EventOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Payload> ? EventEnvelope<Type, z.output<Payload>> : never

/** Declares everything about an event type in one place. */
export function defineEvent<const Type extends string, Payload extends z.ZodObject>(
  definition: Omit<EventDefinition<Type, Payload>, 'build' | 'key'> & { key: keyof z.output<Payload> & string },
): EventDefinition<Type, Payload> {
  const written = definition.payload.strict()
  return {
    ...definition,
    build: (payload, meta, { id, at }) => {
      const envelope = writtenEnvelope.parse({
        id,
        timestamp: at,
        meta: {
          schema_version: SCHEMA_VERSION,
          producer: definition.producer,
          source_module: definition.producer,
          tenant_id: meta.tenantId,
          correlation_id: meta.correlationId,
          causation_id: meta.causationId,
          ...(meta.streamMessageId !== undefined && { stream_message_id: meta.streamMessageId }),
        },
      })
      return {
        id: envelope.id,
        type: definition.type,
        timestamp: envelope.timestamp,
        payload: written.parse(payload) as z.output<Payload>,
        meta: envelope.meta,
        target: null,
      }
    },
  }
}
