import { encodeHeaders, type Headers, type OutboxRow } from './outbox.ts'
import { REDRIVE_HEADER, type Received } from './record.ts'

export interface Attempts {
  count: number
  firstFailureAt: Date
  lastFailureAt: Date
}

const MAX_TEXT = 4_000

/**
 * The outbox row of a dead letter: key, value and headers as they were, and beside them where the record stood and why it
 * was refused. Headers of an earlier refusal are replaced.
 */
export function buildDeadLetter(
  consumer: string,
  serviceVersion: string,
  { record, identity, refusal }: Received,
  attempts: Attempts,
): OutboxRow {
  const why: Record<string, string | undefined> = {
    'x-original-topic': record.topic,
    'x-original-partition': String(record.partition),
    'x-original-offset': String(record.offset),
    'x-original-timestamp': record.timestamp,
    'x-consumer': consumer,
    'x-service-version': serviceVersion,
    'x-event-id': identity.eventId,
    'x-attempts': String(attempts.count),
    'x-first-failure-at': attempts.firstFailureAt.toISOString(),
    'x-last-failure-at': attempts.lastFailureAt.toISOString(),
    'x-error-code': refusal?.code,
    'x-error-message': refusal?.message.slice(0, MAX_TEXT),
    'x-error-stack': refusal?.stack?.slice(0, MAX_TEXT),
  }
  const original = record.headers.filter(([name]) => !(name in why) && name !== REDRIVE_HEADER)
  const added = Object.entries(why).flatMap(
    ([name, value]): Headers => (value === undefined ? [] : [[name, Buffer.from(value)]]),
  )
  return {
    channel: 'kafka',
    topic: `${consumer}.dlq`,
    key: record.key,
    payload: record.value,
    headers: encodeHeaders([...original, ...added]),
    log: {
      published: 'Dead letter published',
      failed: 'Dead letter publish failed',
      fields: { eventId: identity.eventId, code: refusal?.code },
    },
  }
}
