import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findDockerObstacle } from '../src/compose.ts'
import { startKafka, startPostgres } from '../src/index.ts'
import { isBrokerReady } from '../src/kafka-probe.ts'
import { query } from '../src/query.ts'

let obstacle: string | null
let directory: string
beforeAll(async () => {
  obstacle = await findDockerObstacle()
  directory = mkdtempSync(join(tmpdir(), 'compose-test-'))
})
beforeEach(({ skip }) => {
  if (obstacle) skip(obstacle)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('a PostgreSQL of docker-compose.yml keeps its address and its commits until its directory is removed', async () => {
  const dataDir = join(directory, 'postgres')
  const start = () => startPostgres({ order: ['docker'], dataDir })
  const server = await start()
  await query(server.url, 'create table kept as select 1 as id')

  await server.kill()
  await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await server.restart()
  expect(await query(server.url, 'select id from kept')).toEqual([{ id: 1 }])
  await server.stop()

  const again = await start()
  expect(await query(again.url, 'select id from kept')).toEqual([{ id: 1 }])
  await again.stop()

  rmSync(dataDir, { recursive: true })
  const fresh = await start()
  expect(await query(fresh.url, `select from pg_tables where tablename = 'kept'`)).toEqual([])
  await fresh.stop()
})

test('a Kafka of docker-compose.yml that is killed and restarted is back at its address', async () => {
  const server = await startKafka({ order: ['docker'], dataDir: join(directory, 'kafka') })
  const { hostname, port } = new URL(`kafka://${server.brokers[0]}`)

  await server.kill()
  expect(await isBrokerReady(hostname, Number(port))).toBe(false)

  await server.restart()
  expect(await isBrokerReady(hostname, Number(port))).toBe(true)
  await server.stop()
})
