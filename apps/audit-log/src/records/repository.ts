import { decodeHeaders, encodeHeaders, toBinaryArray } from '@coursewire/messaging'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { and, arrayContains, asc, desc, eq, gt, gte, lt, type SQL } from 'drizzle-orm'
import { records } from '../db/schema.ts'
import type { StoredRecord } from './record.ts'

/** Held by everybody who adds rows, until they are committed. So a sealer can wait until no smaller id can appear any more. */
export const ADDING_LOCK = 4_702_111_851

/** Separates ids in a parameter; no id has a control character. */
const SEPARATOR = '\u001f'

const insertStatement = `
  INSERT INTO records (tenant_id, topic, partition, "offset", appended_at, key, headers, value, type, event_id,
                       correlation_id, causation_id, actor, ids, reason, bytes, sha256)
  SELECT tenant_id, topic, partition::int, "offset"::bigint, appended_at::timestamptz, key, convert_to(headers, 'UTF8'),
         CASE WHEN reason IS NULL THEN value END, type, event_id, correlation_id, causation_id, actor,
         string_to_array(ids, '${SEPARATOR}'), reason,
         CASE WHEN reason IS NOT NULL THEN octet_length(value) END, CASE WHEN reason IS NOT NULL THEN sha256(value) END
  FROM (SELECT pg_advisory_xact_lock_shared(${ADDING_LOCK})) AS adding,
       unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::bytea[],
              $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[]) WITH ORDINALITY
         AS row (tenant_id, topic, partition, "offset", appended_at, key, headers, value, type, event_id,
                 correlation_id, causation_id, actor, ids, reason, position)
  ORDER BY position`

/** Adds records in their order. Of dead letters, which have a reason, it keeps the size and the hash instead of the value. */
export async function insertRecords(tx: Transaction, added: StoredRecord[]): Promise<void> {
  const texts = (read: (record: StoredRecord) => string | null) => toBinaryArray('text', added.map(read))
  const bytes = (read: (record: StoredRecord) => Buffer | null) => toBinaryArray('bytea', added.map(read))
  await queryNamed(tx, {
    name: 'insert-records',
    text: insertStatement,
    values: [
      texts((record) => record.tenantId),
      texts((record) => record.topic),
      texts((record) => String(record.partition)),
      texts((record) => String(record.offset)),
      texts((record) => record.appendedAt),
      bytes((record) => record.key),
      texts((record) => encodeHeaders(record.headers)),
      bytes((record) => record.value),
      texts((record) => record.type),
      texts((record) => record.eventId),
      texts((record) => record.correlationId),
      texts((record) => record.causationId),
      texts((record) => record.actor),
      texts((record) => record.ids.join(SEPARATOR)),
      texts((record) => record.reason),
    ],
  })
}

export type FoundRecord = typeof records.$inferSelect

export interface Search {
  entity?: string | undefined
  type?: string | undefined
  actor?: string | undefined
  /** ISO 8601 in UTC. */
  since?: string | undefined
  until?: string | undefined
}

/** Finds the newest records of a tenant before `before`. */
export function findRecords(
  db: Database,
  tenantId: string,
  { entity, type, actor, since, until }: Search,
  { before, limit }: { before: bigint | undefined; limit: number },
): Promise<FoundRecord[]> {
  const isWanted: (SQL | undefined)[] = [
    eq(records.tenantId, tenantId),
    entity === undefined ? undefined : arrayContains(records.ids, [entity]),
    // An actor is among the ids, whose index finds it.
    actor === undefined ? undefined : and(arrayContains(records.ids, [actor]), eq(records.actor, actor)),
    type === undefined ? undefined : eq(records.type, type),
    since === undefined ? undefined : gte(records.appendedAt, since),
    until === undefined ? undefined : lt(records.appendedAt, until),
    before === undefined ? undefined : lt(records.id, before),
  ]
  return db
    .select()
    .from(records)
    .where(and(...isWanted))
    .orderBy(desc(records.id))
    .limit(limit)
}

/** Finds the records of one request, as they were appended to Kafka. */
export function findStory(
  db: Database,
  tenantId: string,
  correlationId: string,
  limit: number,
): Promise<FoundRecord[]> {
  return db
    .select()
    .from(records)
    .where(and(eq(records.tenantId, tenantId), eq(records.correlationId, correlationId)))
    .orderBy(asc(records.id))
    .limit(limit)
}

/** Reads the records of a tenant in their order, `limit` at a time; without one, those of all tenants. */
export async function* readRecords(
  db: Database,
  tenantId: string | null,
  { since, until }: Pick<Search, 'since' | 'until'>,
  limit: number,
): AsyncGenerator<FoundRecord[]> {
  let after = 0n
  while (true) {
    const page = await db
      .select()
      .from(records)
      .where(
        and(
          tenantId === null ? undefined : eq(records.tenantId, tenantId),
          gt(records.id, after),
          since === undefined ? undefined : gte(records.appendedAt, since),
          until === undefined ? undefined : lt(records.appendedAt, until),
        ),
      )
      .orderBy(asc(records.id))
      .limit(limit)
    if (page.length > 0) yield page
    if (page.length < limit) return
    after = page.at(-1)?.id ?? after
  }
}

export const readHeaders = (record: FoundRecord) => decodeHeaders(record.headers.toString())
