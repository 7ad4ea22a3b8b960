// The floor of an idle app: Fastify and a pool of connections to Postgres.
import { fastify } from 'fastify'
import pg from 'pg'

const { DATABASE_URL, PORT } = process.env

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 16 })
const app = fastify()
app.get('/health/ready', async () => {
  await pool.query('SELECT 1')
  return { status: 'ok' }
})
// These names are the same as those of the apps' metrics.
app.get('/metrics', async () => {
  const { user, system } = process.cpuUsage()
  return `process_resident_memory_bytes ${process.memoryUsage.rss()}\nprocess_cpu_seconds_total ${(user + system) / 1e6}\n`
})
process.once('SIGTERM', () => void app.close().then(() => pool.end()))
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
