import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { AppError } from './app-error.ts'
import { createLogger, type Logger } from './logger.ts'
import { isOfConnection } from './outage.ts'
import { traceQueries } from './query-spans.ts'
import { assertOwnSessions, buildSessionOptions } from './sessions.ts'
import { isTracing } from './tracing.ts'

export type Database = NodePgDatabase & { $client: pg.Pool }
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

const poolLimits = [
  // Otherwise a member that is frozen inside a transaction would block its successor forever.
  'idle_in_transaction_session_timeout=10s',
  'lock_timeout=5s',
  'transaction_timeout=30s',
  // Pages are in memory or on flash. With the default of 4 the planner would scan a whole index to save a few random reads.
  'random_page_cost=1.1',
]

/**
 * Creates a connection pool with time limits on everything, on the server and on our side. A lost connection is logged and replaced; only the
 * query that used it fails. A statement may take `statementSeconds`.
 */
export function createPool(options: {
  url: string
  max: number
  name: string
  logger: Logger
  statementSeconds?: number
}): pg.Pool {
  const limits = [...poolLimits, `statement_timeout=${options.statementSeconds ?? 30}s`]
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.max,
    options: buildSessionOptions(limits),
    connectionTimeoutMillis: 5_000,
    // A frozen server does not enforce its own limits.
    query_timeout: 35_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  pool.on('error', (err) => options.logger.warn({ err }, 'Idle database connection lost'))
  // A connection that is lost between two statements of a transaction has no other listener, so it would end the process.
  pool.on('connect', (client) => client.on('error', (err) => options.logger.debug({ err }, 'Database connection lost')))
  if (isTracing) traceQueries(pool)
  return pool
}

export function createDatabase(pool: pg.Pool): Database {
  const db = drizzle(pool)
  clients.set(db, pool)
  // drizzle's own transaction does not release a connection that is lost at BEGIN, until none is left in the pool.
  db.transaction = async (run, config) => {
    const client = await pool.connect()
    let isBroken = false
    try {
      return await drizzle(client).transaction((tx) => {
        clients.set(tx, client)
        return run(tx)
      }, config)
    } catch (error) {
      isBroken = isOfConnection(error)
      throw error
    } finally {
      // A connection with an open transaction must not be used again.
      client.release(isBroken || client.getTransactionStatus() !== 'I')
    }
  }
  return db
}

/** For a command: a connection for the time of `work`. Logs nothing, as what goes wrong is thrown. */
export async function withDatabase<Result>(
  name: string,
  url: string,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const pool = createPool({ url, max: 1, name, logger: createLogger({ service: name, level: 'silent' }) })
  try {
    return await work(createDatabase(pool))
  } finally {
    await pool.end()
  }
}

/** No limits on what a command does, but one on what it holds while it is frozen. */
const sessionLimits = [
  'statement_timeout=0',
  'transaction_timeout=0',
  'lock_timeout=30s',
  'idle_in_transaction_session_timeout=60s',
]

/** A database on one connection, which keeps its temporary tables and its locks. */
export type Session = NodePgDatabase

/**
 * For a command that needs a session of its own, such as for temporary tables. If its connection is lost, everything fails from then on. There
 * is never another one.
 */
export async function withSession<Result>(
  name: string,
  url: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  await assertOwnSessions(url)
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    options: buildSessionOptions(sessionLimits),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  // The next query says that the connection is lost.
  client.on('error', () => undefined)
  await client.connect()
  const session = drizzle(client)
  session.transaction = (run, config) =>
    drizzle(client).transaction((tx) => {
      clients.set(tx, client)
      return run(tx)
    }, config)
  try {
    return await work(session)
  } finally {
    await client.end()
  }
}

const clients = new WeakMap<Database | Transaction, pg.Pool | pg.ClientBase>()

/**
 * Resolves if `db` can write now. Throws an `unavailable` AppError if its server accepts no writes, as after a failover. Throws the driver's
 * error if there is no connection at all. Connections that cannot write leave the pool.
 */
export async function assertWritable({ $client: pool }: Database): Promise<void> {
  // An old connection says nothing about the server of the next one.
  for (let older = pool.totalCount; ; older -= 1) {
    const client = await pool.connect()
    let isWritable = false
    try {
      // A standby reports `on` too, whatever its settings.
      const { rows } = await client.query(`SELECT current_setting('transaction_read_only') AS "readOnly"`)
      isWritable = rows[0]?.readOnly === 'off'
    } finally {
      client.release(!isWritable)
    }
    if (isWritable) return
    if (older <= 0) throw new AppError('unavailable', 'database.read-only', 'The database takes no writes now')
  }
}

/**
 * Runs our own SQL as a named statement, so that Postgres parses and plans it once per connection. For a statement with few rows that takes as
 * long as running it. drizzle names only statements from its own builder.
 */
export function queryNamed<Row extends pg.QueryResultRow>(
  db: Database | Transaction,
  query: { name: string; text: string; values: unknown[] },
): Promise<pg.QueryResult<Row>> {
  const client = clients.get(db)
  if (!client) throw new Error('Not of createDatabase')
  return client.query<Row>(query)
}

/** A folder of drizzle migrations, and the table that records which ones have run. */
export type Migrations = { folder: string; table: string }

const migrationLock = 4_702_111_835
/** No time limits. A migration may take long, and so may another one that it waits for. */
const migrationLimits = ['statement_timeout=0', 'lock_timeout=0', 'transaction_timeout=0']

/**
 * Applies each folder of migrations as the owner role. Concurrent callers take turns. Throws on the first statement that fails; the database is
 * then as before that folder.
 */
export async function migrate(ownerUrl: string, folders: Migrations[]): Promise<void> {
  // The lock belongs to a session.
  await assertOwnSessions(ownerUrl)
  const client = new pg.Client({
    connectionString: ownerUrl,
    application_name: 'migrate',
    options: buildSessionOptions(migrationLimits),
  })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    for (const { folder, table } of folders) {
      await applyMigrations(drizzle(client), { migrationsFolder: folder, migrationsTable: table })
      // For `createReadinessCheck`. Only the service's two roles can connect to its database.
      await client.query('grant usage on schema drizzle to public')
      await client.query(`grant select on drizzle.${client.escapeIdentifier(table)} to public`)
    }
  } finally {
    await client.end()
  }
}
