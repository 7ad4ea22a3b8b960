// What the floors have in common: bare Fastify, and a pool of connections to Postgres.
import { fastify } from 'fastify'
import pg from 'pg'

const { DATABASE_URL, PORT } = process.env

/** `connections` is how many the app has that is compared with this floor. */
export function createBareServer(connections = 16) {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: connections })
  const app = fastify()
  app.setErrorHandler((error, _request, reply) => {
    console.error(error)
    return reply.code(500).send()
  })
  app.get('/health/ready', async () => {
    await pool.query('SELECT 1')
    return { status: 'ok' }
  })
  async function listen() {
    process.once('SIGTERM', () => void app.close().then(() => pool.end()))
    await app.listen({ host: '127.0.0.1', port: Number(PORT) })
  }
  return { app, pool, listen }
}
