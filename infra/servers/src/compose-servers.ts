import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { kafkaVersion } from '@coursewire/kafka'
import { postgresVersion } from '@coursewire/postgres'
import { type Compose, openCompose } from './compose.ts'
import { openDirectory } from './directories.ts'
import { acceptsConnections } from './embedded-postgres.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { findFreePort } from './ports.ts'
import type { KafkaServer, PostgresServer, Server, ServerOptions, WithLog } from './server.ts'
import { waitFor } from './wait-for.ts'

const host = '127.0.0.1'

type KeptOptions = WithLog<ServerOptions> & { dataDir: string }

/** Starts PostgreSQL as in docker-compose.yml. Its data lives as long as `dataDir` exists, which stands for the volumes. */
export async function startComposePostgres(options: KeptOptions): Promise<PostgresServer> {
  const { port, compose, start } = await prepare(options, 'postgres', 'POSTGRES_PORT')
  let url = ''
  const controls = await start(async () => {
    const password = await compose(['exec', '-T', 'postgres', 'cat', '/run/coursewire/password'])
    url = `postgresql://postgres:${password}@${host}:${port}/postgres`
    return acceptsConnections(url)
  })
  return {
    provider: 'docker',
    description: `PostgreSQL ${postgresVersion}, in Docker, on ${host}:${port}`,
    url,
    pid: undefined,
    ...controls,
  }
}

/** Starts Apache Kafka in the same way. */
export async function startComposeKafka(options: KeptOptions): Promise<KafkaServer> {
  const { port, start } = await prepare(options, 'kafka', 'KAFKA_PORT')
  const controls = await start(() => isBrokerReady(host, port))
  const description = `Apache Kafka ${kafkaVersion}, in Docker, on ${host}:${port}`
  return { provider: 'docker', description, brokers: [`${host}:${port}`], pid: undefined, ...controls }
}

/** Each server has its own project, so that two can be started at once. */
async function prepare({ dataDir, port: wanted, log }: KeptOptions, service: string, portVariable: string) {
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 10)
  const variables: Record<string, string> = {}
  const compose = await openCompose({ project: `coursewire-${name}`, profile: 'servers', variables })
  await removeLeftovers(compose, dataDir)
  const port = await findFreePort(wanted, log)
  variables[portVariable] = String(port)

  async function start(isReady: () => Promise<boolean>): Promise<Pick<Server, 'stop' | 'kill' | 'restart'>> {
    const waitUntilReady = () => waitFor(isReady, { timeoutMs: 120_000, message: `${service} to answer` })
    const stop = async () => void (await compose(['down', '--timeout', '3']))
    log(`Starting ${service} in Docker`)
    try {
      await compose(['up', '--detach', service])
      await waitUntilReady()
    } catch (error) {
      await stop()
      throw error
    }
    return {
      stop,
      kill: async () => void (await compose(['kill', service])),
      async restart() {
        await compose(['restart', '--timeout', '3', service])
        await waitUntilReady()
      },
    }
  }

  return { port, compose, start }
}

/** Removes the containers of a killed run, and the data if its directory was removed. */
async function removeLeftovers(compose: Compose, dataDir: string): Promise<void> {
  const mark = join(openDirectory(dataDir).directory, 'in-docker')
  await compose(['down', ...(existsSync(mark) ? [] : ['--volumes'])])
  writeFileSync(mark, '')
}
