import { type Database, queryNamed } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { type ChannelName, decodeHeaders } from './outbox.ts'

/** Counting stops here, because an exact count over millions of rows would take too long. */
export const COUNT_LIMIT = 10_000

/** The limit for a key or for headers, because a row may have been parked for their size. */
const SHOWN_BYTES = 65_536

export interface OutboxStatus {
  channel: ChannelName
  /** The number of rows, at most one more than COUNT_LIMIT. */
  waiting: number
  oldestSeconds: number | null
  /** The number of rows, at most one more than COUNT_LIMIT. */
  parked: number
  /** Since when an instance has led the channel. Null if none does. */
  ledSince: string | null
}

export interface ParkedRow {
  channel: ChannelName
  /** A bigint, as text. */
  id: string
  topic: string
  key: string | null
  type: string | null
  bytes: number
  createdAt: string
  parkedAt: string
  reason: string
}

/** Reads what waits in a service's outbox, and whether an instance is emptying it. Leaves out channels that were never used. */
export async function readOutboxStatus(db: Database): Promise<OutboxStatus[]> {
  const { rows } = await db.execute<OutboxStatus & Record<string, unknown>>(sql`
    SELECT channel,
      (SELECT count(*) FROM (SELECT FROM outbox WHERE outbox.channel = name.channel LIMIT ${COUNT_LIMIT + 1}) AS capped)::int
        AS waiting,
      (SELECT extract(epoch FROM clock_timestamp() - created_at) FROM outbox WHERE outbox.channel = name.channel
        ORDER BY id LIMIT 1)::float8 AS "oldestSeconds",
      (SELECT count(*) FROM (SELECT FROM outbox_parked WHERE outbox_parked.channel = name.channel LIMIT ${COUNT_LIMIT + 1})
        AS capped)::int AS parked,
      (SELECT to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid = hashtext('coursewire.relay')::oid AND objid = hashtext(name.channel)::oid LIMIT 1) AS "ledSince"
    FROM (VALUES ('kafka'), ('sns')) AS name (channel)`)
  return rows.filter(({ channel, waiting, parked, ledSince }) => channel === 'kafka' || waiting || parked || ledSince)
}

/**
 * Reads how long the oldest row for a Kafka topic has waited, by the database's clock. Null if none waits. Every row that was committed before
 * this call and at least that long ago is on Kafka, or is parked.
 */
export async function readWaitingSeconds(db: Database, topic: string): Promise<number | null> {
  const { rows } = await queryNamed<{ seconds: number }>(db, {
    name: 'outbox-waiting',
    text: `SELECT greatest(extract(epoch FROM clock_timestamp() - created_at), 0)::float8 AS seconds
           FROM outbox WHERE channel = 'kafka' AND topic = $1 ORDER BY id LIMIT 1`,
    values: [topic],
  })
  return rows[0]?.seconds ?? null
}

/** Lists rows that their destination rejected for good, newest first. */
export async function listParked(
  db: Database,
  filter: { topic?: string | undefined; limit: number },
): Promise<ParkedRow[]> {
  const { rows } = await db.execute<
    Omit<ParkedRow, 'key' | 'type'> & { key: Buffer | null; headers: Buffer | null }
  >(sql`
    SELECT channel, id::text, topic, substring(key FOR ${SHOWN_BYTES}) AS key,
           CASE WHEN octet_length(headers) <= ${SHOWN_BYTES} THEN headers END AS headers,
           coalesce(octet_length(payload), 0) AS bytes, reason,
           to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "createdAt",
           to_char(parked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "parkedAt"
    FROM outbox_parked WHERE ${filter.topic ?? null}::text IS NULL OR topic = ${filter.topic ?? null}
    ORDER BY parked_at DESC, id DESC LIMIT ${filter.limit}`)
  return rows.map(({ key, headers, ...row }) => {
    const [, type] = decodeHeaders(headers ?? '[]').find(([name]) => name === 'ce_type') ?? []
    return { ...row, key: key?.toString() ?? null, type: type?.toString() ?? null }
  })
}

/**
 * Moves parked rows back to the end of the outbox, and resolves to the moved rows, without those that are no longer parked. Only one of
 * several concurrent callers moves a row.
 */
export async function requeueParked(
  db: Database,
  which: { ids: { channel: string; id: string }[] } | { topic: string | null },
): Promise<{ channel: ChannelName; id: string }[]> {
  const wanted =
    'ids' in which
      ? sql`(channel, id) IN (SELECT * FROM unnest(${sql.param(which.ids.map(({ channel }) => channel))}::text[],
                                                   ${sql.param(which.ids.map(({ id }) => id))}::bigint[]))`
      : sql`${which.topic}::text IS NULL OR topic = ${which.topic}`
  const { rows } = await db.execute<{ channel: ChannelName; id: string }>(sql`
    WITH back AS (
      DELETE FROM outbox_parked WHERE ${wanted} RETURNING channel, id, topic, key, payload, headers, log
    ), again AS (
      INSERT INTO outbox (channel, topic, key, payload, headers, log)
      SELECT channel, topic, key, payload, headers, log FROM back ORDER BY channel, id
    )
    SELECT channel, id::text FROM back ORDER BY channel, id`)
  return rows
}
