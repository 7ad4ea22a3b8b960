import { z } from 'zod'
import type { EventDefinition } from './define-event.ts'
import { acceptedEnvelope, type EventEnvelope, SCHEMA_VERSION } from './envelope.ts'

export type ParseFailure =
  | 'not-an-envelope'
  | 'unknown-type'
  | 'invalid-payload'
  | 'unsupported-version'
  | 'for-somebody-else'

/**
 * `envelope` is the event as received, with its payload untouched (unknown fields included); `event` is what a handler gets.
 * A failure has the envelope if it could be read.
 */
export type ParseResult =
  | { ok: true; event: EventEnvelope; envelope: EventEnvelope }
  | { ok: false; reason: ParseFailure; message: string; envelope?: EventEnvelope }

const utf8 = new TextDecoder('utf-8', { fatal: true })
const majorOf = (version: string) => version.split('.')[0]

/**
 * Reads the bytes of a record. It ignores unknown fields, fills in optional ones, and never throws.
 * @param definitions the types that the reader handles; every other type is `unknown-type`
 * @param reader the name by which events may address the reader
 */
export function parseEvent(
  bytes: Uint8Array,
  definitions: ReadonlyMap<string, Pick<EventDefinition, 'payload'>>,
  reader: string,
): ParseResult {
  const read = readEnvelope(bytes)
  if (!read.ok) return read
  const { envelope } = read

  const fail = (reason: ParseFailure, message: string) => ({ ok: false as const, reason, message, envelope })
  if (envelope.target !== null && envelope.target !== reader) {
    return fail('for-somebody-else', 'the event is addressed to somebody else')
  }
  const definition = definitions.get(envelope.type)
  if (!definition) return fail('unknown-type', `no handler for ${JSON.stringify(envelope.type)}`)
  if (majorOf(envelope.meta.schema_version) !== majorOf(SCHEMA_VERSION)) {
    return fail(
      'unsupported-version',
      `schema version ${envelope.meta.schema_version} is not supported, only ${SCHEMA_VERSION} is`,
    )
  }
  const payload = definition.payload.safeParse(envelope.payload)
  if (!payload.success) return fail('invalid-payload', z.prettifyError(payload.error))
  return { ok: true, envelope, event: { ...envelope, payload: payload.data } }
}

function readEnvelope(bytes: Uint8Array): { ok: true; envelope: EventEnvelope } | Extract<ParseResult, { ok: false }> {
  const fail = (message: string) => ({ ok: false as const, reason: 'not-an-envelope' as const, message })
  let json: unknown
  try {
    json = JSON.parse(utf8.decode(bytes))
  } catch {
    // The parser's own message quotes its input, which may be personal data.
    return fail('not JSON in UTF-8')
  }
  const read = acceptedEnvelope.safeParse(json)
  if (!read.success) return fail(z.prettifyError(read.error))

  const { id, type, timestamp, payload, meta, target } = read.data
  const claimed = [meta.tenant_id, payload.tenant_id].filter((tenant) => tenant !== undefined && tenant !== null)
  const tenantId = acceptedEnvelope.shape.id.safeParse(claimed[0])
  if (!tenantId.success) return fail('neither meta nor the payload names a tenant')
  if (claimed.some((tenant) => tenant !== tenantId.data)) return fail('meta and payload name different tenants')
  return {
    ok: true,
    envelope: {
      id,
      type,
      timestamp,
      payload,
      meta: {
        schema_version: meta.schema_version,
        producer: meta.producer,
        source_module: meta.source_module ?? meta.producer,
        tenant_id: tenantId.data,
        correlation_id: meta.correlation_id ?? id,
        causation_id: meta.causation_id ?? null,
        ...(meta.stream_message_id != null && { stream_message_id: meta.stream_message_id }),
      },
      target: target ?? null,
    },
  }
}
