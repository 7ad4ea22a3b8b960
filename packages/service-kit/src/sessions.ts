import pg from 'pg'
import { AppError } from './app-error.ts'

// The meaning and durability of our statements must not depend on settings of the server, the database or the role.
const meaning = [
  'DateStyle=ISO,MDY',
  'IntervalStyle=postgres',
  'TimeZone=UTC',
  'bytea_output=hex',
  'extra_float_digits=1',
  'standard_conforming_strings=on',
  'array_nulls=on',
  'transform_null_equals=off',
  'search_path=public',
  'default_transaction_isolation=read\\ committed',
  'default_transaction_deferrable=off',
  // An acknowledged commit is on disk.
  'synchronous_commit=on',
]

/** Builds the `options` of a connection: the settings that determine the meaning of statements, the same for all, and its own limits. */
export function buildSessionOptions(limits: string[]): string {
  return [...meaning, ...limits].map((setting) => `-c ${setting}`).join(' ')
}

/** Those of the database might end even this check. */
const checkLimits = ['statement_timeout=5s', 'transaction_timeout=5s']

const sessionSql = 'SELECT pg_backend_pid() AS pid, current_setting($$search_path$$) AS "searchPath"'

/**
 * Throws `database.pooled`, with the reason, if a pooler between us and Postgres does not give us our own session: others would hold our locks, and
 * our settings would not apply. Throws the driver's error if nobody answers.
 */
export async function assertOwnSessions(url: string): Promise<void> {
  const [first, second] = [createClient(url), createClient(url)]
  try {
    await first.connect()
    const { pid, searchPath } = await readSession(first)
    // Our setting differs from the default.
    if (searchPath !== 'public') throw refuse('settings of a session do not arrive')
    // Postgres reports its own process id. A pooler invents one, even if it keeps a session for each client.
    if (pid === first.processID) return
    await second.connect()
    // A pooler gives the most recently released session to the next client, although its last user is still connected.
    const before = await readSession(first)
    await second.query('BEGIN')
    const other = await readSession(second)
    const after = await readSession(first)
    if (other.pid === before.pid || after.pid !== before.pid) throw refuse('each transaction has another session')
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '08P01')
      throw refuse(`settings of a session are refused: ${error.message}`)
    throw error
  } finally {
    await Promise.all([first.end(), second.end()])
  }
}

function createClient(url: string) {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'session check',
    options: buildSessionOptions(checkLimits),
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  })
  client.on('error', () => undefined)
  // pg's types do not have the parameters that the server reported at the start.
  return client as pg.Client & { processID: number | null }
}

async function readSession(client: pg.Client): Promise<{ pid: number; searchPath: string }> {
  const { rows } = await client.query(sessionSql)
  return rows[0]
}

const refuse = (reason: string) =>
  new AppError(
    'invalid',
    'database.pooled',
    `The database is behind a pooler that gives no session of our own (${reason}): connect to Postgres itself`,
  )
