import { networkInterfaces } from 'node:os'
import { beforeEach, expect, test, vi } from 'vitest'
import { findDockerObstacle, isBrokerReady, startKafka, startPostgres } from '../src/index.ts'
import { query } from '../src/query.ts'

const obstacle = await findDockerObstacle()
beforeEach(({ skip }) => {
  vi.stubEnv('COURSEWIRE_PROVIDER', 'docker')
  // Testcontainers' helper container is another image, which does not matter here.
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true')
  if (obstacle) skip(obstacle)
})

/** The addresses by which other machines and containers reach this one. */
const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
  all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
)

test('a PostgreSQL in a container is open to this machine only', async () => {
  const server = await startPostgres({ order: ['docker'] })

  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  for (const address of addresses) {
    const url = Object.assign(new URL(server.url), { hostname: address }).href
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
  await server.restart()
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await server.stop()
})

test('a Kafka in a container is open to this machine only', async () => {
  const server = await startKafka({ order: ['docker'] })
  const { hostname, port } = new URL(`kafka://${server.brokers[0]}`)

  expect(await isBrokerReady(hostname, Number(port))).toBe(true)
  for (const address of addresses) expect(await isBrokerReady(address, Number(port))).toBe(false)
  await server.stop()
})
