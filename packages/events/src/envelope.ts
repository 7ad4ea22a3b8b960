import { z } from 'zod'
import { id, moment, writtenMoment } from './fields.ts'

export const SCHEMA_VERSION = '1.0'

/** The origin of an event. `causationId` is the id of the event that caused it, or null if a request did. */
export interface EventMeta {
  tenantId: string
  correlationId: string
  causationId: string | null
  /** Position in the producer's stream, unique within that stream only. */
  streamMessageId?: string
}

/** The Charter v1.0 envelope. `Payload` is the output of the type's schema. */
export interface EventEnvelope<Type extends string = string, Payload = unknown> {
  id: string
  type: Type
  timestamp: string
  payload: Payload
  meta: {
    schema_version: string
    producer: string
    source_module: string
    tenant_id: string
    correlation_id: string
    causation_id: string | null
    stream_message_id?: string
  }
  /** Null for a broadcast; anything else names the receiver. */
  target: unknown
}

const streamMessageId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds a control character or half a surrogate pair')

/** The envelope as we write it: with every field, our own ids, and six fractional digits. */
export const writtenEnvelope = z.object({
  id: z.uuidv4(),
  timestamp: writtenMoment,
  meta: z.object({
    schema_version: z.literal(SCHEMA_VERSION),
    producer: id,
    source_module: id,
    tenant_id: id,
    correlation_id: id,
    causation_id: id.nullable(),
    stream_message_id: streamMessageId.exactOptional(),
  }),
})

/** The envelope as we accept it from others. The parser fills in a missing tenant or correlation id. */
export const acceptedEnvelope = z.object({
  id,
  type: z.string().min(1).max(200),
  timestamp: moment,
  payload: z.record(z.string(), z.unknown()),
  meta: z.object({
    schema_version: z.string().regex(/^\d+(\.\d+)*$/),
    producer: id,
    source_module: z.string().nullish(),
    tenant_id: id.nullish(),
    correlation_id: id.nullish(),
    causation_id: id.nullish(),
    stream_message_id: streamMessageId.nullish(),
  }),
  target: z.unknown().optional(),
})
