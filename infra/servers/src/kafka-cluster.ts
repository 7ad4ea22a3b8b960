import { clusterNodeSettings } from '@coursewire/kafka'
import { openDirectory } from './directories.ts'
import { findJars, findJava } from './kafka-jars.ts'
import { createClusterId, startKafkaNode } from './kafka-node.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { findFreePort } from './ports.ts'
import type { Server } from './server.ts'
import { waitFor } from './wait-for.ts'

const host = '127.0.0.1'
const ids = [1, 2, 3]

type KafkaNode = Pick<Server, 'stop' | 'kill' | 'restart'> & {
  /** Its id in Kafka. */
  id: number
  readonly pid: number | undefined
}

export type KafkaCluster = {
  nodes: KafkaNode[]
  /** The addresses of the nodes for clients. */
  brokers: string[]
  stop: () => Promise<void>
}

type KafkaClusterOptions = {
  /** Puts a proxy in front of a node's port. Returns the port for clients. */
  advertise?: (port: number, id: number) => Promise<number>
  log?: (line: string) => void
}

/** Returns why this machine cannot run a cluster, or null. Unlike a single Kafka, a cluster needs the jars; Docker is not supported. */
export async function findClusterObstacle(): Promise<string | null> {
  try {
    await findJava()
    await findJars(() => {})
    return null
  } catch (error) {
    return `three brokers need Kafka's jars: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Starts three brokers for a test, which are also the controllers. A topic with three replicas needs two for a write. */
export async function ownKafkaCluster(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const { advertise = async (port) => port, log = () => {} } = options
  const [java, jars] = [await findJava(), await findJars(log)]
  const clusterId = createClusterId()
  const ports = await Promise.all(
    ids.map(async (id) => {
      const [client, broker, controller] = [await findFreePort(), await findFreePort(), await findFreePort()]
      return { client, advertised: await advertise(client, id), broker, controller }
    }),
  )

  // All at once, because none of them is ready before two are up.
  const processes = await Promise.all(
    ports.map(({ client }, index) =>
      startKafkaNode({
        ...openDirectory(undefined),
        name: `Kafka ${index + 1}`,
        java,
        jars,
        clusterId,
        settings: (logDirectory) => clusterNodeSettings(index + 1, ports, logDirectory),
        heapMb: 256,
        port: client,
        isReady: () => isBrokerReady(host, client),
        log,
      }),
    ),
  )
  const areComplete = () => Promise.all(ports.map(({ client }) => isBrokerReady(host, client, ids.length)))
  await waitFor(async () => !(await areComplete()).includes(false), { message: 'the brokers to find each other' })

  return {
    nodes: processes.map((node, index) => Object.assign(node, { id: index + 1 })),
    brokers: ports.map(({ advertised }) => `${host}:${advertised}`),
    stop: async () => {
      await Promise.all(processes.map((node) => node.kill()))
    },
  }
}
