// The floor of a refresh: one UPDATE by primary key per request, nothing else.
import { randomBytes } from 'node:crypto'
import { fastify } from 'fastify'
import pg from 'pg'

const { DATABASE_URL, PORT } = process.env

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 16 })
const app = fastify()
app.setErrorHandler((error, _request, reply) => {
  console.error(error)
  return reply.code(500).send()
})
app.get('/health/ready', async () => {
  await pool.query('SELECT 1')
  return { status: 'ok' }
})
app.post('/auth/refresh', async (request) => {
  const next = randomBytes(32)
  const { rows } = await pool.query({
    name: 'update',
    text: 'UPDATE sessions SET token = $2, last_used_at = now() WHERE id = $1 RETURNING user_id',
    values: [request.body.refreshToken, next],
  })
  return { userId: rows[0].user_id, refreshToken: next.toString('base64url') }
})
process.once('SIGTERM', () => void app.close().then(() => pool.end()))
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
