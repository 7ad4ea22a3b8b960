import { type FoundRecord, readHeaders } from './repository.ts'

/** Skips a byte order mark, as the parser of events does. */
const utf8 = new TextDecoder()

/** A record as others see it. */
export function showRecord(record: FoundRecord) {
  const { topic, partition, offset, appendedAt, type, eventId, correlationId, causationId, actor, reason } = record
  const { value, bytes, sha256 } = record
  return {
    id: String(record.id),
    topic,
    partition,
    offset,
    appendedAt,
    key: record.key && record.key.toString(),
    headers: readHeaders(record).map(([name, header]) => ({ name, value: header && header.toString() })),
    type,
    eventId,
    correlationId,
    causationId,
    actor,
    event: value && JSON.parse(utf8.decode(value)),
    deadLetter: reason === null ? null : { reason, bytes, sha256: sha256 && sha256.toString('hex') },
  }
}

/** Writes records as NDJSON: one on each line. */
export async function* writeLines(pages: AsyncIterable<FoundRecord[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    yield page.map((record) => `${JSON.stringify(showRecord(record))}\n`).join('')
  }
}
