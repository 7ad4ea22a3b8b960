import pg from 'pg'
import { AppError } from './app-error.ts'

// What our statements mean and promise must not depend on what somebody has set for the server, the database or the role.
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
  // A commit that was answered is on disk.
  'synchronous_commit=on',
]

/** The `options` of a connection: what statements mean, the same for all of ours, and limits of its own. */
export function buildSessionOptions(limits: string[]): string {
  return [...meaning, ...limits].map((setting) => `-c ${setting}`).join(' ')
}

const sessionSql = 'SELECT pg_backend_pid() AS pid, current_setting($$search_path$$) AS "searchPath"'

/**
 * Throws `database.pooled`, with the reason, when something stands between us and Postgres that gives no session of our own:
 * locks would be held by others and settings not hold. Throws what the driver throws when nobody answers.
 */
export async function assertOwnSessions(url: string): Promise<void> {
  const [first, second] = [createClient(url), createClient(url)]
  try {
    await first.connect()
    const { pid, searchPath } = await readSession(first)
    // Ours is another than the default.
    if (searchPath !== 'public') throw refuse('settings of a session do not arrive')
    // Postgres tells its own process; a pooler makes one up, also where it keeps a session for each of its clients.
    if (pid === first.processID) return
    await second.connect()
    // A pooler gives the session that was freed last to whoever begins next, though its last user is still connected.
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
    options: buildSessionOptions([]),
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  })
  client.on('error', () => undefined)
  // Not in its types: what the server said of itself when it let us in.
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
