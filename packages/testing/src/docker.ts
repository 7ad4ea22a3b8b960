import { randomBytes } from 'node:crypto'
import { brokerSettings } from '@coursewire/kafka'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import type { StartedTestContainer } from 'testcontainers'
import { type ContainerRuntimeClient, GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import { runAfterEnd } from './guard.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { findFreePort } from './ports.ts'
import type { KafkaOptions, KafkaServer, PostgresOptions, PostgresServer, Server, WithLog } from './server.ts'
import { uniqueName } from './unique-name.ts'
import { waitFor } from './wait-for.ts'

/** PostgreSQL in a container, which Testcontainers removes when this process has ended. */
export async function startDockerPostgres(options: WithLog<PostgresOptions>): Promise<PostgresServer> {
  const { durable = false, log } = options
  const docker = await connectToDocker()
  const port = await findFreePort(options.port, log)
  const password = randomBytes(24).toString('base64url')
  const fast = durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']
  const container = new PostgreSqlContainer('postgres:18.4')
    .withName(nameGuarded())
    .withUsername('postgres')
    .withPassword(password)
    .withDatabase('postgres')
    // Docker gives a restarted container another port unless one is asked for.
    .withExposedPorts({ container: 5432, host: port })
    .withCommand(['postgres', '-c', 'max_connections=300', ...fast])
  log('Starting PostgreSQL in Docker')
  const started = await container.start()

  const address = `${started.getHost()}:${port}`
  return {
    provider: 'docker',
    description: `PostgreSQL 18.4, in Docker, on ${address}${durable ? '' : ' (fsync off)'}`,
    url: `postgresql://postgres:${password}@${address}/postgres`,
    ...createControls(docker, started),
  }
}

/** Apache Kafka in a container, likewise. */
export async function startDockerKafka(options: WithLog<KafkaOptions>): Promise<KafkaServer> {
  const { log } = options
  const docker = await connectToDocker()
  // The same inside and outside, so that the broker can tell its clients where it is before Docker has told anybody.
  const port = await findFreePort(options.port, log)
  const { host } = docker.info.containerRuntime
  const logDirectory = '/var/lib/kafka/data'
  const settings = brokerSettings({ listenHost: '0.0.0.0', host, port, controllerPort: port + 1, logDirectory })
  const environment = Object.entries(settings).map(([name, value]) => [
    `KAFKA_${name.replaceAll('.', '_').toUpperCase()}`,
    value,
  ])
  const container = new GenericContainer('apache/kafka:4.3.1')
    .withName(nameGuarded())
    .withEnvironment(Object.fromEntries(environment))
    .withExposedPorts({ container: port, host: port })
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(120_000)
  log('Starting Kafka in Docker')
  const started = await container.start()
  const waitUntilReady = () => waitFor(() => isBrokerReady(host, port), { message: 'Kafka to answer' })
  await waitUntilReady()

  const controls = createControls(docker, started)
  return {
    provider: 'docker',
    description: `Apache Kafka 4.3.1, in Docker, on ${host}:${port}`,
    brokers: [`${host}:${port}`],
    pid: undefined,
    ...controls,
    async restart() {
      await controls.restart()
      await waitUntilReady()
    },
  }
}

async function connectToDocker(): Promise<ContainerRuntimeClient> {
  return getContainerRuntimeClient().catch((cause: unknown) => {
    throw new Error('no Docker engine answers', { cause })
  })
}

/** A name for a container that does not outlive this process, even one that ends while the container starts. */
function nameGuarded(): string {
  const name = uniqueName('coursewire')
  // Testcontainers' own helper does it where it may run; what was stopped has to go too.
  runAfterEnd('docker', 'rm', '--force', '--volumes', name)
  return name
}

function createControls(
  docker: ContainerRuntimeClient,
  started: StartedTestContainer,
): Pick<Server, 'stop' | 'kill' | 'restart'> {
  const container = docker.container.getById(started.getId())
  return {
    stop: async () => {
      await container.stop({ t: 3 })
    },
    kill: async () => {
      await container.kill({ signal: 'SIGKILL' })
    },
    restart: () => started.restart(),
  }
}
