import { createHash } from 'node:crypto'
import { type Admin, createKafka, type Kafka, type KafkaSettings } from '../kafkajs/client.ts'
import { readLimits } from '../kafkajs/codecs.ts'
import { findRanges, type Range, readRanges } from '../kafkajs/read-ranges.ts'
import type { KafkaSource } from '../source.ts'
import { type DeadLetter, type DeadLetterSummary, parseDeadLetter, summarizeDeadLetter } from './dead-letter.ts'

export const MAX_SELECTED_BYTES = 512 * 1024 * 1024
const MAX_LETTER_BYTES = 64 * 1024 * 1024
const MAX_LETTER_ENTRIES = 1_000_000
/** Roughly what a dead letter needs besides its content and stack. */
const OTHER_BYTES = 2_000

/** A connection for an operator. It reports within seconds that Kafka is down, and `signal` ends what takes too long. */
export interface DeadLetterConnection {
  kafka: Kafka
  admin: Admin
  /** The client's name, with which the groups begin in which it reads. */
  name: string
  signal: AbortSignal | undefined
}

/** Selects dead letters by the newest one of each record. */
export interface DeadLetterFilter {
  /** The record's original topic. */
  topic?: string | undefined
  type?: string | undefined
  code?: string | undefined
  /** Failed at this moment or later (ISO 8601 in UTC). */
  since?: string | undefined
  /** Failed before this moment. */
  until?: string | undefined
}

/** Connects, lets `work` use it and disconnects. */
export async function withDeadLetters<Result>(
  settings: KafkaSettings,
  signal: AbortSignal | undefined,
  work: (connection: DeadLetterConnection) => Promise<Result>,
): Promise<Result> {
  // A dead letter has more headers than its record, and an operator may open a batch that a service could not read.
  readLimits.bytes = Math.max(readLimits.bytes, MAX_LETTER_BYTES)
  readLimits.entries = Math.max(readLimits.entries, MAX_LETTER_ENTRIES)
  const kafka = createKafka(settings, { retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } })
  const admin = kafka.admin()
  try {
    await admin.connect().catch((error: Error) => {
      throw new Error(`Kafka does not answer at ${settings.brokers.join(', ')}: ${error.message}`)
    })
    return await work({ kafka, admin, name: settings.clientId, signal })
  } finally {
    await admin.disconnect()
  }
}

/**
 * Lists the newest dead letter of each record, for the newest `limit` records on the dead-letter topics `topics`. `matching` counts all
 * dead letters. Does not wait for new ones.
 */
export function listDeadLetters(
  connection: DeadLetterConnection,
  topics: readonly string[],
  filter: DeadLetterFilter,
  limit: number,
): Promise<{ letters: DeadLetterSummary[]; matching: number }> {
  return collect(connection, topics, filter, limit, summarizeDeadLetter)
}

/** Selects all dead letters that match a filter, the newest of each record, in the original order of the records. */
export async function selectDeadLetters(
  connection: DeadLetterConnection,
  topics: readonly string[],
  filter: DeadLetterFilter,
): Promise<DeadLetter[]> {
  let bytes = 0
  const { letters } = await collect(connection, topics, filter, Number.POSITIVE_INFINITY, (letter) => {
    bytes += OTHER_BYTES + letter.stack.length + (letter.value?.byteLength ?? 0) + (letter.key?.byteLength ?? 0)
    for (const [name, value] of letter.headers) bytes += name.length + (value?.byteLength ?? 0)
    if (bytes > MAX_SELECTED_BYTES) {
      throw new Error('More than 512 MiB of dead letters match: ask for fewer at a time')
    }
    return copyBytes(letter)
  })
  return letters.toSorted(byOrigin)
}

/** Finds the existing dead letters with these ids, in the original order of their records. */
export async function findDeadLetters(connection: DeadLetterConnection, ids: readonly string[]): Promise<DeadLetter[]> {
  const topics = new Set(ids.map((id) => id.split('/')[0] ?? ''))
  const found: DeadLetter[] = []
  await readRanges(connection, narrow(await findRanges(connection.admin, [...topics]), ids), (records) => {
    for (const record of records) {
      const letter = parseDeadLetter(record)
      if (letter && ids.includes(letter.id)) found.push(letter)
    }
  })
  return found.toSorted(byOrigin)
}

/** Copies the bytes, because the originals would keep everything that was read with them in memory. */
function copyBytes(letter: DeadLetter): DeadLetter {
  const copy = (bytes: Buffer | null) => bytes && Buffer.from(bytes)
  return {
    ...letter,
    key: copy(letter.key),
    value: copy(letter.value),
    headers: letter.headers.map(([name, value]) => [name, copy(value)]),
  }
}

/** Collects the newest dead letter of each record if it matches. Never keeps more than twice `limit` in memory. */
async function collect<Kept extends DeadLetterSummary>(
  connection: DeadLetterConnection,
  topics: readonly string[],
  filter: DeadLetterFilter,
  limit: number,
  keep: (letter: DeadLetter) => Kept,
): Promise<{ letters: Kept[]; matching: number }> {
  let newest = new Map<string, Kept>()
  let matching = 0
  const sort = () => [...newest].toSorted(([, a], [, b]) => compare(b.failedAt, a.failedAt)).slice(0, limit)
  await readRanges(connection, await findRanges(connection.admin, topics), (records) => records.forEach(take))
  return { letters: sort().map(([, letter]) => letter), matching }

  function take(record: KafkaSource): void {
    const letter = parseDeadLetter(record)
    if (!letter) return
    const isMatch = matches(letter, filter)
    if (isMatch) matching += 1
    // The replay header may be forged, and must not hide another record.
    const content = createHash('sha256')
      .update(letter.value ?? '')
      .digest('base64')
    const name = `${record.topic} ${letter.origin} ${content}`
    if (compare(newest.get(name)?.failedAt ?? '', letter.failedAt) > 0) return
    newest.delete(name)
    if (isMatch) newest.set(name, keep(letter))
    if (newest.size > limit * 2) newest = new Map(sort())
  }
}

function matches({ topic, type, code, failedAt }: DeadLetter, filter: DeadLetterFilter): boolean {
  return (
    (filter.topic === undefined || filter.topic === topic) &&
    (filter.type === undefined || filter.type === type) &&
    (filter.code === undefined || filter.code === code) &&
    (filter.since === undefined || failedAt >= filter.since) &&
    (filter.until === undefined || failedAt < filter.until)
  )
}

/** Restricts the ranges to the positions of the ids. */
function narrow(ranges: Range[], ids: readonly string[]): Range[] {
  return ranges.map((range) => {
    const prefix = `${range.topic}/${range.partition}/`
    const offsets = ids.filter((id) => id.startsWith(prefix)).map((id) => Number(id.slice(prefix.length)))
    return {
      ...range,
      from: Math.max(range.from, Math.min(...offsets)),
      to: Math.min(range.to, Math.max(...offsets) + 1),
    }
  })
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

function byOrigin(a: DeadLetter, b: DeadLetter): number {
  const [topicA = '', partitionA, offsetA] = a.origin.split('/')
  const [topicB = '', partitionB, offsetB] = b.origin.split('/')
  return compare(topicA, topicB) || Number(partitionA) - Number(partitionB) || Number(offsetA) - Number(offsetB)
}
