import { buildSessionOptions, type Logger } from '@coursewire/service-kit'
import pg from 'pg'
import * as metrics from '../metrics.ts'
import type { Channel, SendOutcome, StoredRow } from './channel.ts'

const FULL_SCAN_MS = 10_000
const FLOOR_AGE_MS = 60_000
const KEEP_ALIVE_MS = 2_000
const MEASURE_MS = 5_000
/** Counting parked rows stops here. */
const PARKED_LIMIT = 10_000
/** None of our rows is larger. A row that is larger anyway could end the process that reads it. */
export const MAX_ROW_BYTES = 16 * 1024 * 1024
/** The limits of the alarm. So many rows, or such an old one, mean that a destination has been down for long. */
const ALARM = { rows: 1_000_000, seconds: 3_600, everyMs: 600_000 }

// A suspended leader keeps its lock while its session lives. Postgres ends a session that is idle or gone.
const sessionLimits = [
  'idle_session_timeout=10s',
  'tcp_keepalives_idle=10',
  'tcp_keepalives_interval=5',
  'tcp_keepalives_count=3',
  'lock_timeout=5s',
  'statement_timeout=30s',
]

// One round trip deletes the acknowledged rows and reads the next ones. The SELECT still sees the rows being deleted, because it uses the
// snapshot from before the statement, and also those in flight. NOT IN a subquery is hashed in every plan; `<> ALL` of a parameter may be
// compared one by one. Sizes are known without the bytes, and a row that is too large is not fetched: a value of half a gigabyte cannot
// even be sent to a client.
const deleteAndSelectSql = `
  WITH sent AS (
    DELETE FROM outbox WHERE channel = $1 AND id = ANY($2::bigint[])
  ), refused AS (
    DELETE FROM outbox WHERE channel = $1 AND id = ANY($3::bigint[]) RETURNING *
  ), parked AS (
    INSERT INTO outbox_parked (channel, id, topic, key, payload, headers, log, created_at, reason)
    SELECT refused.channel, refused.id, topic, key, payload, headers, log, created_at, reason
    FROM refused JOIN unnest($3::bigint[], $4::text[]) AS why (id, reason) ON why.id = refused.id
    ON CONFLICT DO NOTHING
  ), next AS (
    SELECT id, topic, key, payload, headers, log, created_at, bytes > $10 AS is_too_large,
           sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before
    FROM (
      SELECT *, octet_length(headers)::float8 + coalesce(octet_length(payload), 0) + coalesce(octet_length(key), 0)
             + coalesce(pg_column_size(log), 0) AS bytes
      FROM outbox
      WHERE channel = $1 AND id >= $5 AND id NOT IN (SELECT unnest($6::bigint[])) AND topic <> ALL($7::text[])
      ORDER BY id LIMIT $8
    ) AS oldest
  )
  SELECT id, topic, is_too_large AS "isTooLarge",
         CASE WHEN NOT is_too_large THEN key END AS key, CASE WHEN NOT is_too_large THEN payload END AS payload,
         CASE WHEN NOT is_too_large THEN convert_from(headers, 'UTF8') END AS headers,
         CASE WHEN NOT is_too_large THEN log END AS log,
         $11 - (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "writtenAt"
  FROM next WHERE bytes_before < $9 ORDER BY id`

/** The measurements of the leader. Ages are in seconds. */
type Backlog = { unsent: number; oldest: number; parked: number; snapshot: number }

/** Digits need no quotes. pg would add them to each element, and Postgres would remove them again. */
const toIdArray = (ids: string[]) => `{${ids.join()}}`

/**
 * The relay's own connection. It holds the leader's lock, reads and deletes. Any failure ends it, and the relay opens another. `onNews` is
 * called when a follower says that there are new rows.
 */
export async function createOutboxReader(
  databaseUrl: string,
  channel: Pick<Channel, 'name' | 'batch'>,
  logger: Logger,
  onNews: () => void,
) {
  const newsChannel = `coursewire.relay.${channel.name}`
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `relay-${channel.name}`,
    options: buildSessionOptions(sessionLimits),
    connectionTimeoutMillis: 5_000,
    query_timeout: 35_000,
    keepAlive: true,
  })
  let failure: Error | null = null
  client.on('error', (error) => {
    failure = error
  })
  client.on('notification', onNews)
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }

  // An old snapshot elsewhere (pg_dump) keeps deleted rows in the index, and every poll would scan all of them. So most polls begin at the
  // smallest id of a minute ago. No writing transaction lives that long (transaction_timeout), so no lower id can still appear. If one did,
  // the full scan would find it within ten seconds.
  const smallestIds: { at: number; id: string }[] = []
  let fullScanAt = Number.NEGATIVE_INFINITY
  let measuredAt = Number.NEGATIVE_INFINITY
  let alarmedAt = Number.NEGATIVE_INFINITY

  function findFloor(now: number): string {
    if (now - fullScanAt >= FULL_SCAN_MS) {
      fullScanAt = now
      return '0'
    }
    while (smallestIds[1] && now - smallestIds[1].at >= FLOOR_AGE_MS) smallestIds.shift()
    const [oldest] = smallestIds
    return oldest && now - oldest.at >= FLOOR_AGE_MS ? oldest.id : '0'
  }

  function record({ unsent, oldest, parked, snapshot }: Backlog): void {
    const labels = { channel: channel.name }
    metrics.outboxUnsent.record(unsent, labels)
    metrics.outboxOldestUnsent.record(oldest, labels)
    metrics.outboxParkedRows.record(parked, labels)
    metrics.oldestSnapshot.record(snapshot)
  }

  async function measure(floor: string): Promise<void> {
    const { rows } = await client.query<Backlog>(
      `SELECT greatest((SELECT reltuples FROM pg_class WHERE oid = 'outbox'::regclass), 0)::float8 AS unsent,
              coalesce(extract(epoch FROM clock_timestamp() - (SELECT created_at FROM outbox WHERE channel = $1 AND id >= $2
                ORDER BY id LIMIT 1)), 0)::float8 AS oldest,
              (SELECT count(*) FROM (SELECT FROM outbox_parked WHERE channel = $1 LIMIT $3) AS capped)::int AS parked,
              coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
                WHERE backend_xmin IS NOT NULL), 0)::float8 AS snapshot`,
      [channel.name, floor, PARKED_LIMIT],
    )
    const [row] = rows
    if (!row) return
    record(row)
    const isLate = row.unsent > ALARM.rows || row.oldest > ALARM.seconds
    if (isLate && performance.now() - alarmedAt > ALARM.everyMs) {
      alarmedAt = performance.now()
      logger.error({ unsent: row.unsent, oldestSeconds: row.oldest }, 'Outbox is not being emptied')
    }
  }

  return {
    /** Tells the leader that there are new rows, if `isNews`. */
    async tryToLead(isNews: boolean): Promise<boolean> {
      const { rows } = await client.query<{ leads: boolean }>(
        `SELECT pg_try_advisory_lock(hashtext('coursewire.relay'), hashtext($1)) AS leads,
                CASE WHEN $2 THEN pg_notify($3, '') END`,
        [channel.name, isNews, newsChannel],
      )
      if (!rows[0]?.leads) return false
      await client.query(`LISTEN ${client.escapeIdentifier(newsChannel)}`)
      return true
    },

    /**
     * Deletes the settled rows (and keeps parked ones), and reads the next batch without the rows in flight. Reads nothing if `setAside` is
     * null.
     */
    async deleteAndSelect(
      { sent, parked }: Pick<SendOutcome, 'sent' | 'parked'>,
      setAside: string[] | null,
      inFlight: StoredRow[] = [],
    ): Promise<StoredRow[]> {
      const now = performance.now()
      const floor = findFloor(now)
      const sentIds = sent.map((row) => row.id)
      const parkedIds = parked.map(({ row }) => row.id)
      const { rows } = await client.query<StoredRow>({
        name: 'delete-and-select',
        text: deleteAndSelectSql,
        values: [
          channel.name,
          toIdArray(sentIds),
          toIdArray(parkedIds),
          parked.map(({ reason }) => reason),
          floor,
          toIdArray([...sentIds, ...parkedIds, ...inFlight.map((row) => row.id)]),
          setAside ?? [],
          setAside ? channel.batch.rows : 0,
          channel.batch.bytes,
          channel.batch.rowBytes ?? MAX_ROW_BYTES,
          now,
        ],
      })
      const [first] = [...inFlight, ...rows]
      // The rows of a topic that is set aside are not read, so the smallest id says nothing about theirs.
      if (first && setAside?.length === 0 && now - (smallestIds.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= 1_000)
        smallestIds.push({ at: now, id: first.id })
      if (now - measuredAt >= MEASURE_MS) {
        measuredAt = now
        await measure(floor)
      }
      return rows
    },

    /** Runs `work` and keeps the session from becoming idle. Throws at the end if the session was lost meanwhile. */
    async keepAliveDuring<Result>(work: () => Promise<Result>): Promise<Result> {
      const timer = setInterval(() => void client.query('SELECT 1').catch(() => undefined), KEEP_ALIVE_MS)
      const result = await work().finally(() => clearInterval(timer))
      if (failure) throw failure
      return result
    },

    close(): Promise<void> {
      // Only the leader measures. A gauge keeps its last value, and the next leader may be in another process.
      record({ unsent: 0, oldest: 0, parked: 0, snapshot: 0 })
      return client.end().catch(() => undefined)
    },
  }
}

export type OutboxReader = Awaited<ReturnType<typeof createOutboxReader>>
