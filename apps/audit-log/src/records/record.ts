import { id } from '@coursewire/events'
import type { ReceivedEvent, ReceivedRecord } from '@coursewire/messaging'

/** The tenant of dead letters that name none. */
const UNKNOWN_TENANT = '-'

/** A record as it is stored. */
export interface StoredRecord extends Omit<ReceivedRecord, 'appendedAt'> {
  tenantId: string
  appendedAt: string
  type: string | null
  eventId: string | null
  correlationId: string | null
  causationId: string | null
  /** The account that acted. */
  actor: string | null
  /** Every id that the event names. */
  ids: string[]
  reason: string | null
}

/** The fields of payloads that name the account that acts. */
const actors = ['deleted_by', 'student_id', 'account_id']
/** Ids that do not end with `_id`. */
const otherIds = ['deleted_by', 'derived_from']

/** An event is stored as it was received. What is searched for is taken from its envelope and its payload. */
export function describeEvent(received: ReceivedEvent): StoredRecord {
  const { event, ...record } = received
  const { payload, meta } = event
  const named = Object.entries(payload).filter(([name]) => name.endsWith('_id') || otherIds.includes(name))
  const ids = [record.key?.toString(), ...named.map(([, value]) => value)].map(toId).filter((value) => value !== null)
  return {
    ...record,
    appendedAt: record.appendedAt ?? NO_MOMENT,
    tenantId: meta.tenant_id,
    type: toId(event.type),
    eventId: event.id,
    correlationId: meta.correlation_id,
    causationId: meta.causation_id,
    actor: actors.map((name) => toId(payload[name])).find((value) => value !== null) ?? null,
    ids: [...new Set(ids)],
    reason: null,
  }
}

/** Only the headers of a dead letter are ours, and each of them may still hold anything. */
export function describeDeadLetter(record: ReceivedRecord): StoredRecord {
  const read = (wanted: string) => toId(record.headers.findLast(([name]) => name === wanted)?.[1]?.toString())
  const key = toId(record.key?.toString())
  return {
    ...record,
    appendedAt: record.appendedAt ?? NO_MOMENT,
    tenantId: read('ce_tenantid') ?? UNKNOWN_TENANT,
    type: read('ce_type'),
    eventId: read('ce_id') ?? read('x-event-id'),
    correlationId: read('ce_correlationid'),
    causationId: read('ce_causationid'),
    actor: null,
    ids: key === null ? [] : [key],
    reason: read('x-error-code') ?? 'unknown',
  }
}

/** Stands for a producer's timestamp that is no moment. No month has it, so it is noticed. */
const NO_MOMENT = '1970-01-01T00:00:00.000Z'

/** Postgres cannot store every text, and an index entry has a limit. */
function toId(value: unknown): string | null {
  return id.safeParse(value).data ?? null
}
