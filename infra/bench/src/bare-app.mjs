// The floor of an idle app: Fastify and a pool of connections to Postgres.
import { createBareServer } from './bare-server.mjs'

const { app, listen } = createBareServer()
// These names are the same as those of the apps' metrics.
app.get('/metrics', async () => {
  const { user, system } = process.cpuUsage()
  return `process_resident_memory_bytes ${process.memoryUsage.rss()}\nprocess_cpu_seconds_total ${(user + system) / 1e6}\n`
})
await listen()
