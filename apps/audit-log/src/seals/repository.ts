import { type Database, readMoment, type Transaction } from '@coursewire/service-kit'
import { and, asc, eq, gt, max, type SQL, sql } from 'drizzle-orm'
import { seals } from '../db/schema.ts'
import { ADDING_LOCK } from '../records/repository.ts'
import { NO_HASH, type Seal, type SealContent } from './seal.ts'

const SEALING_LOCK = 4_702_111_853

/** The month of a row. */
const monthOf = sql`date_trunc('month', appended_at AT TIME ZONE 'UTC')::date`

/**
 * Each row's id and the SHA-256 of its columns in Postgres' binary form of a row, which has only one form too (record_send in its sources). The
 * hash does not cover the id, so that a row is recognised in another place.
 */
const rowsDigest = sql`
  string_agg(int8send(id) || sha256(record_send(ROW (
    tenant_id, topic, partition, "offset", appended_at, key, headers, value, type, event_id, correlation_id, causation_id,
    actor, ids, reason, bytes, sha256))), ''::bytea ORDER BY id)`

/** Resolves to false if another process is sealing. The lock ends with the transaction. */
export async function tryToSeal(tx: Transaction): Promise<boolean> {
  const { rows } = await tx.execute<{ isOurs: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock(${SEALING_LOCK}) AS "isOurs"`,
  )
  return rows[0]?.isOurs ?? false
}

/** Returns the id up to which every row is committed. Waits until nobody adds a row whose id may be smaller, which takes as long as a batch. */
export async function findSettledId(db: Database): Promise<bigint> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${ADDING_LOCK})`)
    // A statement of its own, because one sees only what was committed before it.
    const { rows } = await tx.execute<{ id: string }>(sql`SELECT coalesce(max(id), 0) AS id FROM records`)
    return BigInt(rows[0]?.id ?? 0)
  })
}

/** The id up to which every row is sealed. */
export async function findSealedId(db: Database | Transaction): Promise<bigint> {
  const [row] = await db.select({ id: max(seals.lastId) }).from(seals)
  return row?.id ?? 0n
}

type Unsealed = Omit<SealContent, 'number' | 'previousHash' | 'sealedAt'>

/** Reads the next rows that are not sealed, by their tenants and months. */
export async function readUnsealed(tx: Transaction, after: bigint, upTo: bigint, limit: number): Promise<Unsealed[]> {
  const { rows } = await tx.execute<Unsealed & Record<string, unknown>>(sql`
    WITH next AS (SELECT * FROM records WHERE id > ${after} AND id <= ${upTo} ORDER BY id LIMIT ${limit})
    SELECT tenant_id AS "tenantId", to_char(${monthOf}, 'YYYY-MM-DD') AS month, min(id) AS "firstId", max(id) AS "lastId",
           count(*)::int AS count, ${rowsDigest} AS rows
    FROM next GROUP BY tenant_id, ${monthOf} ORDER BY tenant_id, ${monthOf}`)
  return rows
}

/** Finds the last seal of a tenant. */
export async function findLastSeal(tx: Transaction, tenantId: string): Promise<{ number: number; hash: Buffer }> {
  const [last] = await tx
    .select({ number: seals.number, hash: seals.hash })
    .from(seals)
    .where(eq(seals.tenantId, tenantId))
    .orderBy(sql`${seals.number} DESC`)
    .limit(1)
  return last ?? { number: 0, hash: NO_HASH }
}

export async function insertSeal(tx: Transaction, seal: Seal): Promise<void> {
  await tx.insert(seals).values({ ...seal, firstId: BigInt(seal.firstId), lastId: BigInt(seal.lastId) })
}

/** Lists every tenant that has rows or seals. */
export async function listTenants(db: Database): Promise<string[]> {
  const { rows } = await db.execute<{ tenantId: string }>(sql`
    WITH RECURSIVE known AS (
      (SELECT tenant_id FROM records ORDER BY tenant_id LIMIT 1)
      UNION ALL
      SELECT (SELECT tenant_id FROM records WHERE tenant_id > known.tenant_id ORDER BY tenant_id LIMIT 1)
      FROM known WHERE known.tenant_id IS NOT NULL
    )
    SELECT tenant_id AS "tenantId" FROM known WHERE tenant_id IS NOT NULL
    UNION SELECT DISTINCT tenant_id FROM seals ORDER BY 1`)
  return rows.map(({ tenantId }) => tenantId)
}

/** Reads the seals of a tenant by their numbers. */
export async function* readSeals(db: Database, tenantId: string): AsyncGenerator<Seal> {
  const limit = 20
  let after = 0
  while (true) {
    const page = await db
      .select()
      .from(seals)
      .where(and(eq(seals.tenantId, tenantId), gt(seals.number, after)))
      .orderBy(asc(seals.number))
      .limit(limit)
    for (const seal of page) {
      yield { ...seal, firstId: String(seal.firstId), lastId: String(seal.lastId), sealedAt: readMoment(seal.sealedAt) }
    }
    if (page.length < limit) return
    after = page.at(-1)?.number ?? after
  }
}

/** Reads what a seal has of the rows of its month after `after` up to `upTo`, as they are now. */
export async function readRowsOf(
  db: Database,
  { tenantId, month }: Pick<Seal, 'tenantId' | 'month'>,
  after: bigint,
  upTo: bigint,
): Promise<Buffer> {
  const { rows } = await db.execute<{ rows: Buffer | null }>(sql`
    SELECT ${rowsDigest} AS rows FROM records
    WHERE tenant_id = ${tenantId} AND id > ${after} AND id <= ${upTo} AND ${isIn(month)}`)
  return rows[0]?.rows ?? Buffer.alloc(0)
}

const isIn = (month: string): SQL => sql`
  appended_at >= ${month}::timestamp AT TIME ZONE 'UTC'
  AND appended_at < (${month}::timestamp + interval '1 month') AT TIME ZONE 'UTC'`

/** Lists rows that should be sealed, by their ids, and are after the last seal of their month. Older months than `since` do not count. */
export async function listBeyondSeals(
  db: Database,
  tenantId: string,
  sealed: bigint,
  since: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    WITH last AS (SELECT month, max(last_id) AS id FROM seals WHERE tenant_id = ${tenantId} GROUP BY month)
    SELECT records.id FROM records LEFT JOIN last ON last.month = ${monthOf}
    WHERE tenant_id = ${tenantId} AND records.id <= ${sealed} AND ${monthOf} >= ${since}::date
      AND (last.id IS NULL OR records.id > last.id)
    ORDER BY records.id LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/** Measures what operators set alarms on: how old the oldest row is that is not sealed, and how many rows no month has. */
export async function measureGaps(db: Database): Promise<{ unsealedSeconds: number; withoutMonth: number }> {
  const { rows } = await db.execute<{ unsealedSeconds: number; withoutMonth: number }>(sql`
    SELECT coalesce(greatest(0, extract(epoch FROM now() - (
             SELECT appended_at FROM records WHERE id > (SELECT coalesce(max(last_id), 0) FROM seals) ORDER BY id LIMIT 1
           ))), 0)::float8 AS "unsealedSeconds",
           (SELECT count(*)::int FROM (SELECT FROM records_other LIMIT 10000) AS capped) AS "withoutMonth"`)
  return rows[0] ?? { unsealedSeconds: 0, withoutMonth: 0 }
}
