// What the floors that send events have in common: the bytes of an event and of its outbox row, like those of the apps.
import { randomUUID } from 'node:crypto'

/** The present to the microsecond, as far as the clock can tell. */
export const now = () => new Date().toISOString().replace('Z', '000Z')

/** Builds an event, its headers on Kafka, and the fields that are logged when it has been sent. */
export function buildEvent({ type, producer, tenantId, at, payload }) {
  const id = randomUUID()
  const correlationId = randomUUID()
  const event = {
    id,
    type,
    timestamp: at,
    payload,
    meta: {
      schema_version: '1.0',
      producer,
      source_module: producer,
      tenant_id: tenantId,
      correlation_id: correlationId,
      causation_id: null,
    },
    target: null,
  }
  const headers = [
    ['ce_specversion', '1.0'],
    ['ce_id', id],
    ['ce_type', type],
    ['ce_source', `/${producer}`],
    ['ce_time', at],
    ['ce_tenantid', tenantId],
    ['ce_correlationid', correlationId],
    ['content-type', 'application/json'],
  ]
  return { id, type, text: JSON.stringify(event), headers: Buffer.from(JSON.stringify(headers)) }
}
