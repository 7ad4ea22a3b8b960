import { AppError, type Session, type Transaction } from '@coursewire/service-kit'
import { type SQL, sql } from 'drizzle-orm'
import type { Identity } from '../consumer/record.ts'

/** Held by the one session that rebuilds. */
const REBUILD_LOCK = 4_702_111_861

/** The tables of consumers and relays. None of it is told by events. */
const ofMessaging = ['event_dedup', 'outbox', 'outbox_parked', 'consumer_positions']

interface Table {
  name: string
  /** Whether its rows belong to days, in a column of this name. */
  hasDays: boolean
  hasTenants: boolean
  columns: SQL
}

/** Drafts of all tables of a service, in one session. */
export type Draft = Awaited<ReturnType<typeof openDraft>>

/**
 * Opens drafts of all tables of the service: temporary tables of the same names, which hide the others from this session and vanish with it.
 * From then on Postgres refuses whatever this session would write elsewhere. Throws `rebuild.running` if another session rebuilds.
 */
export async function openDraft(session: Session, consumer: string) {
  const { rows: locks } = await session.execute(sql`SELECT pg_try_advisory_lock(${REBUILD_LOCK}) AS held`)
  if (!locks[0]?.['held']) throw new AppError('conflict', 'rebuild.running', 'Another rebuild is running')

  const tables = await listTables(session)
  for (const name of [...tables.map((table) => table.name), 'event_dedup', 'outbox']) {
    await session.execute(sql`CREATE TEMPORARY TABLE ${sql.identifier(name)} (LIKE ${live(name)} INCLUDING ALL)`)
  }
  await session.execute(sql`SET default_transaction_read_only = on`)

  return {
    /** Copies what is known before the first event: the tables in `kept`, or all that have no days if events tell only since a day. */
    async begin(kept: readonly string[], since: string | null): Promise<void> {
      const copied = tables.filter(({ name, hasDays }) => kept.includes(name) || (since !== null && !hasDays))
      for (const { name, columns } of copied) {
        await session.execute(
          sql`INSERT INTO ${draft(name)} (${columns}) OVERRIDING USER VALUE SELECT ${columns} FROM ${live(name)}`,
        )
      }
    },

    /** Tells Postgres how large the drafts are. It does not look at temporary tables by itself. */
    async analyze(): Promise<void> {
      for (const { name } of tables) await session.execute(sql`ANALYZE ${draft(name)}`)
    },

    /** Whether the consumer has refused the event as well. */
    async isKnownAsDead(tx: Transaction, { source, streamMessageId }: Identity): Promise<boolean> {
      const { rows } = await tx.execute(sql`
        SELECT FROM public.event_dedup WHERE consumer = ${consumer} AND source = ${source}
          AND stream_message_id = ${streamMessageId} AND outcome = 'dead'`)
      return rows.length > 0
    },

    /**
     * Replaces the tables in one transaction, but for days before `since`. Throws `tenant.missing` if a tenant would have nothing left in a table,
     * as with the events of another tenant, unless it `mayMiss`. `finish` runs in it while no consumer can commit, and resolves to the
     * events that the consumer may still get to: it learns that they are handled. Resolves to the number of new rows by table.
     */
    replace(
      { since, mayMiss }: { since: string | null; mayMiss: boolean },
      finish: (tx: Transaction) => Promise<Identity[]>,
    ): Promise<Record<string, number>> {
      return session.transaction(
        async (tx) => {
          // Every transaction of the consumer begins by remembering its events, and waits here.
          await tx.execute(sql`LOCK TABLE public.event_dedup IN SHARE ROW EXCLUSIVE MODE`)
          const ahead = await finish(tx)
          await assertNothingLost(tx, consumer)
          await shareMemory(tx, consumer, ahead)

          const counts: Record<string, number> = {}
          for (const { name, hasDays, hasTenants, columns } of tables) {
            const replaced = hasDays && since !== null ? sql`WHERE day >= ${since}::date` : sql``
            if (hasTenants && !mayMiss) await assertNobodyLost(tx, name, replaced)
            await tx.execute(sql`DELETE FROM ${live(name)} ${replaced}`)
            const { rowCount } = await tx.execute(sql`
              INSERT INTO ${live(name)} (${columns}) OVERRIDING USER VALUE
              SELECT ${columns} FROM ${draft(name)} ${replaced}`)
            counts[name] = rowCount ?? 0
          }
          return counts
        },
        { accessMode: 'read write', isolationLevel: 'read committed' },
      )
    },
  }
}

async function listTables(session: Session): Promise<Table[]> {
  const { rows } = await session.execute<Omit<Table, 'columns'> & { columns: string[] }>(sql`
    SELECT relname AS name, bool_or(attname = 'day' AND atttypid = 'date'::regtype) AS "hasDays",
           bool_or(attname = 'tenant_id') AS "hasTenants",
           array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = '') AS columns
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    GROUP BY relname ORDER BY relname`)
  return rows
    .filter(({ name }) => !ofMessaging.includes(name))
    .map(({ columns, ...table }) => ({
      ...table,
      columns: sql.join(
        columns.map((column) => sql.identifier(column)),
        sql`, `,
      ),
    }))
}

/** An event that had its effect and now cannot have it would take its effect away. */
async function assertNothingLost(tx: Transaction, consumer: string): Promise<void> {
  const { rows } = await tx.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM pg_temp.event_dedup AS ours JOIN public.event_dedup AS known
      USING (consumer, source, stream_message_id)
    WHERE consumer = ${consumer} AND ours.outcome = 'dead' AND known.outcome = 'done'`)
  const lost = rows[0]?.count ?? 0
  if (lost > 0) {
    throw new AppError('conflict', 'events.refused', `${lost} events that had their effect cannot be handled any more`)
  }
}

async function assertNobodyLost(tx: Transaction, name: string, replaced: SQL): Promise<void> {
  const { rows } = await tx.execute<{ tenant: string }>(sql`
    SELECT tenant_id AS tenant FROM ${live(name)} ${replaced}
    EXCEPT SELECT tenant_id FROM ${draft(name)} ${replaced} ORDER BY tenant LIMIT 1`)
  const [lost] = rows
  if (lost) throw new AppError('conflict', 'tenant.missing', `${lost.tenant} would have nothing left in ${name}`)
}

/** Whatever has its effect in the drafts must not have it again when a consumer gets to it, or when its dead letter is replayed. */
async function shareMemory(tx: Transaction, consumer: string, ahead: Identity[]): Promise<void> {
  const [sources, ids] = [ahead.map(({ source }) => source), ahead.map(({ streamMessageId }) => streamMessageId)]
  await tx.execute(sql`
    INSERT INTO public.event_dedup SELECT ours.* FROM pg_temp.event_dedup AS ours
    JOIN (SELECT DISTINCT * FROM unnest(${sql.param(sources)}::text[], ${sql.param(ids)}::text[])
            AS row (source, stream_message_id)) AS ahead USING (source, stream_message_id)
    WHERE consumer = ${consumer} AND outcome = 'done'
    ON CONFLICT DO NOTHING`)
  await tx.execute(sql`
    UPDATE public.event_dedup AS known SET outcome = 'done' FROM pg_temp.event_dedup AS ours
    WHERE known.consumer = ${consumer} AND known.outcome = 'dead' AND ours.outcome = 'done'
      AND ours.consumer = known.consumer AND ours.source = known.source
      AND ours.stream_message_id = known.stream_message_id`)
}

const live = (name: string) => sql`public.${sql.identifier(name)}`
const draft = (name: string) => sql`pg_temp.${sql.identifier(name)}`
