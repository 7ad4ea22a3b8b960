import { createTestDatabase } from '@coursewire/testing'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { createContext } from '../src/context.ts'
import { createCaller, createConfig, createLogBook, startService } from './helpers.ts'

it.each([
  ['all is well', null, 200],
  ['the consumer stands still', 'The consumer stands still', 503],
  ['a relay stands still', 'A relay stands still', 503],
])('if %s, liveness says so, but readers and editors are still served', async (_when, standstill, live) => {
  const messaging = { wake() {}, findStandstill: () => standstill, start() {}, close: () => Promise.resolve() }
  const service = await startService({ messaging })

  expect((await service.call('GET', '/health/live')).status).toBe(live)
  expect((await service.call('GET', '/health/ready')).status).toBe(200)
})

/** As it is deployed, with a relay and a consumer of its own, which find no Kafka. */
async function startWithoutKafka() {
  const database = await createTestDatabase()
  const ctx = await createContext(createConfig(database.databaseUrl), createLogBook().logger)
  ctx.messaging.start()
  const { call, close } = createCaller(ctx)
  onTestFinished(async () => {
    await close()
    await ctx.close()
    await database.drop()
  })
  return { database, call }
}

it('the service is ready while Kafka is down', async () => {
  const { call } = await startWithoutKafka()

  expect((await call('GET', '/health/ready')).status).toBe(200)
})

it('the service is not ready on a database without tables', async () => {
  const { database, call } = await startWithoutKafka()
  const admin = new pg.Client({ connectionString: database.adminUrl })
  await admin.connect()
  await admin.query('DROP SCHEMA public, drizzle CASCADE')
  await admin.end()

  expect((await call('GET', '/health/ready')).status).toBe(503)
})
