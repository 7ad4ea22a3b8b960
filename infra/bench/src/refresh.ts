import { randomBytes } from 'node:crypto'
import { tenant } from '@coursewire/product'
import { connect, startApp, startBare, type Target, targetOf } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import type { Environment } from './environment.ts'
import { type Call, loadWarm } from './load.ts'
import { createStudents } from './students.ts'

const STUDENTS = 500
// More than either side can refresh in the time, so that none is refreshed twice.
const SESSIONS = 100_000
const CONNECTIONS = 50

const sessionTable = `
  CREATE TABLE sessions (
    id text PRIMARY KEY,
    user_id text NOT NULL,
    token bytea,
    last_used_at timestamptz NOT NULL DEFAULT now()
  )`

/** Compares refreshes of sessions that were not used before: each replaces a token, reads the account's roles and signs an access token. */
export async function createRefreshComparison({ log }: Environment): Promise<Comparison> {
  const stack = await startApp('enrollment-api', log)
  const accounts = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const students = await createStudents(stack, accounts, STUDENTS)
  const bare = await startBare(stack, { name: 'bare-refresh', tables: sessionTable, log })
  // As enrollment-api makes them: 16 bytes of the session and 32 of the token.
  const tokens = Array.from({ length: SESSIONS }, () => randomBytes(48))

  async function refresh(target: Target): Promise<Measured> {
    let count = 0
    function nextCall(): Call {
      const token = tokens[count++]
      if (!token) throw new Error(`Only ${SESSIONS} sessions were prepared`)
      const body = JSON.stringify({ refreshToken: token.toString('base64url') })
      return { method: 'POST', path: '/auth/refresh', headers: { 'content-type': 'application/json' }, body }
    }
    const { perSecond, p99, cpu } = await loadWarm(target, nextCall, { connections: CONNECTIONS })
    return { throughput: perSecond, p99, ...cpu }
  }

  return {
    work: `POST /auth/refresh, ${CONNECTIONS} connections`,
    floorWork: 'bare Fastify route, one UPDATE by primary key, no logging',
    figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.5 } }, p99: { unit: 'ms', aim: null } },
    async ours() {
      await accounts.query('TRUNCATE sessions')
      await accounts.query(
        `INSERT INTO sessions (id, tenant_id, user_id, family_hash, token_hashes, expires_at)
         SELECT gen_random_uuid(), $1, ($2::text[])[1 + place % $3], sha256(substr(token, 1, 16)), ARRAY[sha256(token)],
                now() + interval '30 days'
         FROM unnest($4::bytea[]) WITH ORDINALITY AS made (token, place)`,
        [tenant, students, STUDENTS, tokens],
      )
      await accounts.query('VACUUM ANALYZE sessions')
      return refresh(targetOf(stack, 'enrollment-api'))
    },
    async floor() {
      await bare.owner.query('TRUNCATE sessions')
      await bare.owner.query(
        'INSERT INTO sessions (id, user_id) SELECT token, ($1::text[])[1 + place % $2] FROM unnest($3::text[]) WITH ORDINALITY AS made (token, place)',
        [students, STUDENTS, tokens.map((token) => token.toString('base64url'))],
      )
      await bare.owner.query('VACUUM ANALYZE sessions')
      return refresh(bare)
    },
    async close() {
      await accounts.end()
      await bare.stop()
      await stack.stop()
    },
  }
}
