import { isUtf8 } from 'node:buffer'
import { type EventDefinition, type EventEnvelope, type SnsMessage, toKafkaRecord } from '@coursewire/events'
import { queryNamed, type Transaction } from '@coursewire/service-kit'
import { toBinaryArray } from '../binary-array.ts'

export type ChannelName = 'kafka' | 'sns'

/** The event type of a row, by which its relay chooses the log line, and the fields to log. */
export interface OutboxLog {
  /** The type of the row's event. */
  type: string
  fields: Record<string, unknown>
}

/** One message to one destination, in its final bytes. `key` is null for a record without a key, `payload` for a tombstone. */
export interface OutboxRow {
  channel: ChannelName
  topic: string
  key: Buffer | null
  payload: Buffer | null
  /** A JSON list from `encodeHeaders`. */
  headers: string
  log: OutboxLog
}

type TextHeaders = [name: string, value: Buffer | string | null][]

/**
 * Encodes headers as a JSON list of [name, value], with text as it is and other bytes as {base64}. Unlike jsonb, this keeps all bytes and
 * repeated names.
 */
export function encodeHeaders(headers: TextHeaders): string {
  return JSON.stringify(
    headers.map(([name, value]) => {
      if (!Buffer.isBuffer(value)) return [name, value]
      return [name, isUtf8(value) ? value.toString() : { base64: value.toString('base64') }]
    }),
  )
}

/** Decodes the headers of a row, encoded or as stored. */
export function decodeHeaders(json: string | Buffer): TextHeaders {
  const list = JSON.parse(json.toString()) as [string, { base64: string } | string | null][]
  return list.map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value,
  ])
}

/** Builds the row that sends an event to its Kafka topic. Throws an `EventTooLargeError` above 256 KiB. */
export function toKafkaRow(
  definition: Pick<EventDefinition, 'topic' | 'key'>,
  event: EventEnvelope<string, object>,
  options: { traceparent?: string | undefined; fields?: OutboxLog['fields'] } = {},
): OutboxRow {
  const record = toKafkaRecord(definition, event, options.traceparent)
  return {
    channel: 'kafka',
    topic: record.topic,
    key: Buffer.from(record.key),
    payload: Buffer.from(record.value),
    headers: encodeHeaders(record.headers),
    log: { type: event.type, fields: options.fields ?? { type: event.type, eventId: event.id } },
  }
}

const SUBJECT = 'Subject'

/** Builds the row that publishes a message on an SNS topic. Its trace context becomes an attribute of the message. */
export function toSnsRow(
  topicArn: string,
  { subject, message, attributes }: SnsMessage,
  log: OutboxLog,
  traceparent?: string,
): OutboxRow {
  return {
    channel: 'sns',
    topic: topicArn,
    key: null,
    payload: Buffer.from(message),
    headers: encodeHeaders(
      Object.entries({ [SUBJECT]: subject, ...attributes, ...(traceparent !== undefined && { traceparent }) }),
    ),
    log,
  }
}

export function readSnsRow({ payload, headers }: Pick<OutboxRow, 'payload' | 'headers'>): SnsMessage {
  const { [SUBJECT]: subject = '', ...attributes } = Object.fromEntries(
    decodeHeaders(headers).map(([name, value]) => [name, value?.toString() ?? '']),
  )
  return { subject, message: payload?.toString() ?? '', attributes }
}

/** Converts rows to columns: parameters for `unnest` in a statement that writes them together with the change they announce. */
export function toOutboxColumns(rows: readonly OutboxRow[]) {
  const texts = (read: (row: OutboxRow) => string) => toBinaryArray('text', rows.map(read))
  const bytes = (read: (row: OutboxRow) => Buffer | null) => toBinaryArray('bytea', rows.map(read))
  return {
    channels: texts((row) => row.channel),
    topics: texts((row) => row.topic),
    keys: bytes((row) => row.key),
    payloads: bytes((row) => row.payload),
    headers: texts((row) => row.headers),
    logs: texts((row) => JSON.stringify(row.log)),
  }
}

/** The transactions that have added rows. After their commit the relay has work. */
const withRows = new WeakSet<Transaction>()
export const hasAppended = (tx: Transaction): boolean => withRows.has(tx)

const appendStatement = `
  INSERT INTO outbox (channel, topic, key, payload, headers, log)
  SELECT channel, topic, key, payload, convert_to(headers, 'UTF8'), log::jsonb
  FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::text[])
       WITH ORDINALITY AS row (channel, topic, key, payload, headers, log, position)
  ORDER BY position`

/**
 * Adds rows to the outbox, in order. Call it in the transaction that makes the change, after the aggregate's row is written or locked: this
 * call takes the ids, and only the lock makes their order the order of the commits.
 */
export async function appendToOutbox(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = Object.values(toOutboxColumns(rows))
  await queryNamed(tx, { name: 'append-to-outbox', text: appendStatement, values })
  withRows.add(tx)
}
