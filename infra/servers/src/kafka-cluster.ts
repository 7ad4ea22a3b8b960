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
  /** What Kafka calls it. */
  id: number
  readonly pid: number | undefined
}

export type KafkaCluster = {
  nodes: KafkaNode[]
  /** Where clients find the nodes. */
  brokers: string[]
  stop: () => Promise<void>
}

type KafkaClusterOptions = {
  /** Puts something between clients and the port of a node; returns the port they are told of instead. */
  advertise?: (port: number, id: number) => Promise<number>
  log?: (line: string) => void
}

/** Why this machine cannot have a cluster, or null: unlike a single Kafka it comes without Docker's help, from the jars alone. */
export async function findClusterObstacle(): Promise<string | null> {
  try {
    await findJava()
    await findJars(() => {})
    return null
  } catch (error) {
    return `three brokers need Kafka's jars: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Three brokers of the test's own, which are the controllers as well. What is replicated thrice is written by two of them. */
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

  // All at once: none of them is ready before two are there.
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
