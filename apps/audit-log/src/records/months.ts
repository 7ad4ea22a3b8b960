import type { Database, Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'

const MAINTENANCE_LOCK = 4_702_111_852
/** The table of rows that no month has. */
const OTHER = 'records_other'

const horizon = (retentionMonths: number) =>
  sql`(date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => ${retentionMonths}))::date`

/** Returns the first day of the oldest month that is kept. */
export async function readHorizon(db: Database, retentionMonths: number): Promise<string> {
  const { rows } = await db.execute<{ first: string }>(
    sql`SELECT to_char(${horizon(retentionMonths)}, 'YYYY-MM-DD') AS first`,
  )
  return rows[0]?.first ?? ''
}

/**
 * Makes the tables of the months to come, and drops those that are older than the retention, with their seals. The last seal before the first
 * row that is kept stays, as verifying begins there. Needs the owner's role. It may be repeated, and run twice at once.
 */
export async function maintainMonths(db: Database, retentionMonths: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${MAINTENANCE_LOCK})`)
    await forgetExpired(tx, retentionMonths)
    for (const month of await listMissingMonths(tx, retentionMonths)) await addMonth(tx, month)
  })
}

async function forgetExpired(tx: Transaction, retentionMonths: number): Promise<void> {
  const { rows: expired } = await tx.execute<{ name: string }>(sql`
    SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'records'::regclass AND relname ~ '^records_\\d{4}_\\d{2}$'
      AND to_date(right(relname, 7), 'YYYY_MM') < ${horizon(retentionMonths)}`)
  for (const { name } of expired) await tx.execute(sql`DROP TABLE ${sql.identifier(name)}`)
  await tx.execute(sql`
    DELETE FROM ${sql.identifier(OTHER)}
    WHERE appended_at < ${horizon(retentionMonths)}::timestamp AT TIME ZONE 'UTC'`)
  await tx.execute(sql`
    WITH kept AS (
      SELECT tenant_id, coalesce(min(number) FILTER (WHERE month >= ${horizon(retentionMonths)}), max(number) + 1) AS first
      FROM seals GROUP BY tenant_id
    )
    DELETE FROM seals USING kept WHERE seals.tenant_id = kept.tenant_id AND number < kept.first - 1`)
}

/** From the month before the last one, for events that Kafka still has, until a quarter ahead, and those of rows that have no month. */
async function listMissingMonths(tx: Transaction, retentionMonths: number): Promise<string[]> {
  const { rows } = await tx.execute<{ month: string }>(sql`
    WITH wanted AS (
      SELECT generate_series(this - interval '2 months', this + interval '3 months', interval '1 month')::date AS month
      FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AS this) AS now
      UNION
      SELECT date_trunc('month', appended_at AT TIME ZONE 'UTC')::date FROM ${sql.identifier(OTHER)}
    )
    SELECT to_char(month, 'YYYY-MM-DD') AS month FROM wanted
    WHERE month >= ${horizon(retentionMonths)} AND to_regclass(to_char(month, '"records_"YYYY"_"MM')) IS NULL
    ORDER BY month`)
  return rows.map(({ month }) => month)
}

/** `month` is its first day. Rows that came before their month move into it. */
async function addMonth(tx: Transaction, month: string): Promise<void> {
  const name = `records_${month.slice(0, 7).replace('-', '_')}`
  const [table, other] = [sql.identifier(name), sql.identifier(OTHER)]
  const { rows } = await tx.execute<{ from: string; to: string }>(sql`
    SELECT ${month}::date || ' 00:00+00' AS from, (${month}::date + interval '1 month')::date || ' 00:00+00' AS to`)
  const [{ from, to } = { from: '', to: '' }] = rows
  await tx.execute(sql`CREATE TABLE ${table} (LIKE records INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`)
  await tx.execute(sql`
    WITH moved AS (DELETE FROM ${other} WHERE appended_at >= ${from} AND appended_at < ${to} RETURNING *)
    INSERT INTO ${table} SELECT * FROM moved`)
  await tx.execute(
    sql`ALTER TABLE records ATTACH PARTITION ${table} FOR VALUES FROM (${sql.raw(`'${from}'`)}) TO (${sql.raw(`'${to}'`)})`,
  )
  await tx.execute(sql`SELECT let_nobody_change(${name}::regclass, 'ALL')`)
}
