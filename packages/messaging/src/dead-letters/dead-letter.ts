import type { Received } from '../consumer/record.ts'
import { encodeHeaders, type OutboxRow } from '../outbox/outbox.ts'
import { type Headers, type KafkaSource, REDRIVE_HEADER, toMoment } from '../source.ts'
import { traceOf } from '../traces.ts'

export interface Attempts {
  count: number
  firstFailureAt: Date
  lastFailureAt: Date
}

const MAX_TEXT = 4_000
const TOPIC_SUFFIX = '.dlq'
/** Stands in an outbox row where those of events have their type. */
export const DEAD_LETTER = 'dead-letter'

export const isDeadLetterTopic = (topic: string) => topic.endsWith(TOPIC_SUFFIX)

const diagnostics = [
  'x-original-topic',
  'x-original-partition',
  'x-original-offset',
  'x-original-timestamp',
  'x-consumer',
  'x-service-version',
  'x-event-id',
  'x-trace-id',
  'x-attempts',
  'x-first-failure-at',
  'x-last-failure-at',
  'x-batch-first-offset',
  'x-batch-records',
  'x-batch-codec',
  'x-error-code',
  'x-error-message',
  'x-error-stack',
] as const

const isDiagnostic = ([name]: Headers[number]) => (diagnostics as readonly string[]).includes(name)

/**
 * Builds the outbox row of a dead letter: the original key, value and headers, and headers that say where the record was and why it was
 * refused. Headers of an earlier refusal are replaced. The header of a replay stays, and names the record with which it all began.
 */
export function buildDeadLetter(
  consumer: string,
  serviceVersion: string,
  { record, identity, refusal }: Received,
  attempts: Attempts,
): OutboxRow {
  const why: Record<(typeof diagnostics)[number], string | undefined> = {
    'x-original-topic': record.topic,
    'x-original-partition': String(record.partition),
    'x-original-offset': String(record.offset),
    'x-original-timestamp': record.timestamp,
    'x-consumer': consumer,
    'x-service-version': serviceVersion,
    'x-event-id': identity.eventId,
    'x-trace-id': traceOf(record).traceId,
    'x-attempts': String(attempts.count),
    'x-first-failure-at': attempts.firstFailureAt.toISOString(),
    'x-last-failure-at': attempts.lastFailureAt.toISOString(),
    'x-batch-first-offset': record.unreadBatch?.firstOffset.toString(),
    'x-batch-records': record.unreadBatch?.records.toString(),
    'x-batch-codec': record.unreadBatch?.codec,
    'x-error-code': refusal?.code,
    'x-error-message': refusal?.message.slice(0, MAX_TEXT),
    'x-error-stack': refusal?.stack?.slice(0, MAX_TEXT),
  }
  const original = record.headers.filter((header) => !isDiagnostic(header))
  const added = Object.entries(why).flatMap(
    ([name, value]): Headers => (value === undefined ? [] : [[name, Buffer.from(value)]]),
  )
  return {
    channel: 'kafka',
    topic: consumer + TOPIC_SUFFIX,
    key: record.key,
    payload: record.value,
    headers: encodeHeaders([...original, ...added]),
    log: { type: DEAD_LETTER, fields: { eventId: identity.eventId, code: refusal?.code } },
  }
}

/** The summary of a dead letter, short enough to keep many of them. */
export interface DeadLetterSummary {
  /** `<topic>/<partition>/<offset>` of the dead letter itself. */
  id: string
  failedAt: string
  topic: string
  partition: number
  offset: number
  /** Where the record failed first. It is the same for all its dead letters, however often it was replayed. */
  origin: string
  wasReplayed: boolean
  consumer: string
  type: string | null
  eventId: string
  /** Empty if the record had no trace context, and there were no spans. */
  traceId: string
  code: string
  attempts: number
  message: string
  /** Set if it is a whole unreadable batch. `value` is then the batch, and `offset` that of its last record. */
  batch: { firstOffset: number; records: number; codec: string } | null
}

export interface DeadLetter extends DeadLetterSummary {
  firstFailureAt: string
  originalTimestamp: string
  serviceVersion: string
  stack: string
  key: Buffer | null
  value: Buffer | null
  /** The record's own headers, without those added by a refusal or a replay. */
  headers: Headers
}

/** Reads a record of a dead-letter topic. Returns null if it is not one of ours. */
export function parseDeadLetter(record: KafkaSource): DeadLetter | null {
  const read = (name: string) => record.headers.find(([header]) => header === name)?.[1]?.toString() ?? ''
  const why = (name: (typeof diagnostics)[number]) => read(name)
  const [topic, partition, offset] = [why('x-original-topic'), why('x-original-partition'), why('x-original-offset')]
  if (!topic || !/^\d+$/.test(partition) || !/^\d+$/.test(offset)) return null
  const redriven = read(REDRIVE_HEADER)
  return {
    id: `${record.topic}/${record.partition}/${record.offset}`,
    failedAt: why('x-last-failure-at') || (toMoment(record.timestamp) ?? ''),
    topic,
    partition: Number(partition),
    offset: Number(offset),
    origin: redriven || `${topic}/${partition}/${offset}`,
    wasReplayed: redriven !== '',
    consumer: why('x-consumer'),
    type: read('ce_type') || readType(record.value),
    eventId: why('x-event-id'),
    traceId: why('x-trace-id'),
    code: why('x-error-code'),
    attempts: Number(why('x-attempts')),
    message: why('x-error-message'),
    batch: why('x-batch-codec')
      ? {
          firstOffset: Number(why('x-batch-first-offset')),
          records: Number(why('x-batch-records')),
          codec: why('x-batch-codec'),
        }
      : null,
    firstFailureAt: why('x-first-failure-at'),
    originalTimestamp: why('x-original-timestamp'),
    serviceVersion: why('x-service-version'),
    stack: why('x-error-stack'),
    key: record.key,
    value: record.value,
    headers: record.headers.filter((header) => !isDiagnostic(header) && header[0] !== REDRIVE_HEADER),
  }
}

function readType(value: Buffer | null): string | null {
  try {
    const { type } = JSON.parse(String(value)) as { type: unknown }
    return typeof type === 'string' ? type : null
  } catch {
    return null
  }
}

/** Returns the part of a dead letter that is kept when many are in memory. */
export function summarizeDeadLetter(letter: DeadLetter): DeadLetterSummary {
  const { firstFailureAt, originalTimestamp, serviceVersion, stack, key, value, headers, ...summary } = letter
  return summary
}
