import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKafka, createTopics } from '@coursewire/messaging'
import { startKafka, startPostgres, uniqueName, waitFor } from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import { beforeEach, expect, inject, it, vi } from 'vitest'
import { assertKnownServers, assertNobodyConsumes } from '../src/known-servers.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coursewire-known-'))
  return () => {
    rmSync(directory, { recursive: true })
    vi.unstubAllEnvs()
  }
})

const { brokers } = inject('kafka')
const logger = createLogger({ service: 'test', level: 'silent' })
const kafkaClient = createKafka({ clientId: 'test', brokers, logger })

async function assertKnown(): Promise<void> {
  vi.stubEnv('COURSEWIRE_POSTGRES_URL', inject('postgres').adminUrl)
  vi.stubEnv('COURSEWIRE_KAFKA_BROKERS', brokers.join(','))
  const [postgres, kafka] = await Promise.all([startPostgres(), startKafka()])
  await assertKnownServers(directory, { postgres, kafka, kafkaClient })
}

it('every later start must use the servers of the first one', async () => {
  await assertKnown()

  await expect(assertKnown()).resolves.toBeUndefined()
})

it.each([
  ['kafkaClusterId', /^Kafka, given, on [\d.:]+, is cluster \S+ and not another\n/],
  ['postgresSystemIdentifier', /^PostgreSQL, given, on [\d.:]+, is system \d+ and not another\n/],
])('a server with another %s at the same address is refused', async (id, message) => {
  await assertKnown()
  const file = join(directory, 'servers.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), [id]: 'another' }))

  await expect(assertKnown()).rejects.toThrow(message)
})

it('a start is refused if services are already consuming', async () => {
  const [topic, group] = [uniqueName('topic'), uniqueName('group')]
  await createTopics(kafkaClient, [{ topic, numPartitions: 1, replicationFactor: 1, configEntries: [] }])
  const consumer = kafkaClient.consumer({ groupId: group })
  await consumer.connect()
  await consumer.subscribe({ topic })
  await consumer.run({ eachMessage: async () => {} })
  const lines: string[] = []
  const start = (patienceMs?: number) =>
    assertNobodyConsumes(kafkaClient, [group, uniqueName('group')], {
      log: (line) => lines.push(line),
      ...(patienceMs !== undefined && { patienceMs }),
    })
  await waitFor(async () =>
    start(0).then(
      () => false,
      () => true,
    ),
  )

  await expect(start(0)).rejects.toThrow(`Other services are already consuming from this Kafka (${group} at 127.0.0.1)`)

  const waiting = start()
  await consumer.disconnect()
  await waiting
  expect(lines).toContain(`Waiting for other consumers to leave: ${group} at 127.0.0.1`)
})
