import { randomBytes } from 'node:crypto'
import { brokerSettings, kafkaVersion, toContainerEnvironment } from '@coursewire/kafka'
import { postgresVersion } from '@coursewire/postgres'
import { type ContainerRuntimeClient, GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import { acceptsConnections } from './embedded-postgres.ts'
import { runAfterEnd } from './guard.ts'
import { createClusterId } from './kafka-node.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { findFreePort } from './ports.ts'
import type { KafkaOptions, KafkaServer, PostgresOptions, PostgresServer, Server, WithLog } from './server.ts'
import { uniqueName } from './unique-name.ts'
import { waitFor } from './wait-for.ts'

const loopback = '127.0.0.1'

/** Starts PostgreSQL in a container, which Testcontainers removes when this process has ended. */
export async function startDockerPostgres(options: WithLog<PostgresOptions>): Promise<PostgresServer> {
  const { durable = false, log } = options
  const docker = await connectToDocker()
  const host = findHost(docker)
  const port = await findFreePort(options.port, log)
  const password = randomBytes(24).toString('base64url')
  const fast = durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']
  const container = new Container(`postgres:${postgresVersion}`)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    // Docker gives a restarted container another port unless we request one.
    .withPublishedPort({ container: 5432, host: port }, host)
    .withCommand(['postgres', '-c', 'max_connections=300', ...fast])
  const url = `postgresql://postgres:${password}@${host}:${port}/postgres`
  const controls = await startContainer(docker, container, 'PostgreSQL', () => acceptsConnections(url), log)
  return {
    provider: 'docker',
    description: `PostgreSQL ${postgresVersion}, in Docker, on ${host}:${port}${durable ? '' : ' (fsync off)'}`,
    url,
    pid: undefined,
    ...controls,
  }
}

/** Starts Apache Kafka in a container in the same way. */
export async function startDockerKafka(options: WithLog<KafkaOptions>): Promise<KafkaServer> {
  const { log } = options
  const docker = await connectToDocker()
  const host = findHost(docker)
  // The same port inside and outside, so that the broker knows its address for clients before Docker has assigned one.
  const port = await findFreePort(options.port, log)
  const logDirectory = '/var/lib/kafka/data'
  const settings = brokerSettings({ listenHost: '0.0.0.0', host, port, controllerPort: port + 1, logDirectory })
  const container = new Container(`apache/kafka:${kafkaVersion}`)
    // The image uses the same cluster id every time.
    .withEnvironment({ ...toContainerEnvironment(settings), CLUSTER_ID: createClusterId() })
    .withPublishedPort({ container: port, host: port }, host)
  const controls = await startContainer(docker, container, 'Kafka', () => isBrokerReady(host, port), log)
  return {
    provider: 'docker',
    description: `Apache Kafka ${kafkaVersion}, in Docker, on ${host}:${port}`,
    brokers: [`${host}:${port}`],
    pid: undefined,
    ...controls,
  }
}

/** Testcontainers opens a port to all networks of this machine, and has no setting for that. */
class Container extends GenericContainer {
  /** Opens the port to this machine only, unless Docker runs on another one. */
  withPublishedPort(port: { container: number; host: number }, dockerHost: string): this {
    this.withExposedPorts(port)
    if (dockerHost === loopback) {
      const bindings = Object.values<{ HostIp?: string }[]>(this.hostConfig.PortBindings ?? {}).flat()
      for (const binding of bindings) binding.HostIp = loopback
    }
    return this
  }
}

async function connectToDocker(): Promise<ContainerRuntimeClient> {
  return getContainerRuntimeClient().catch((cause: unknown) => {
    throw new Error('no Docker engine answers', { cause })
  })
}

/** Returns the host of the containers' ports. */
function findHost({ info }: ContainerRuntimeClient): string {
  const { host, hostIps } = info.containerRuntime
  return hostIps.some(({ address }) => address === loopback) ? loopback : host
}

/** Starts a container that does not outlive this process, even if the process ends while the container starts. */
async function startContainer(
  docker: ContainerRuntimeClient,
  container: Container,
  product: string,
  isReady: () => Promise<boolean>,
  log: (line: string) => void,
): Promise<Pick<Server, 'stop' | 'kill' | 'restart'>> {
  const name = uniqueName('coursewire')
  // Testcontainers' own helper does this if it can run, but stopped containers must be removed too.
  runAfterEnd('docker', 'rm', '--force', '--volumes', name)
  log(`Starting ${product} in Docker`)
  const waitUntilReady = () => waitFor(isReady, { timeoutMs: 120_000, message: `${product} to answer` })
  const started = await container
    .withName(name)
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(120_000)
    .start()
  await waitUntilReady()
  const handle = docker.container.getById(started.getId())
  return {
    stop: async () => {
      await handle.stop({ t: 3 })
    },
    kill: async () => {
      await handle.kill({ signal: 'SIGKILL' })
    },
    async restart() {
      await started.restart()
      await waitUntilReady()
    },
  }
}
