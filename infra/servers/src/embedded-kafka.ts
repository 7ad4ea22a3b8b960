import { brokerSettings, kafkaVersion } from '@coursewire/kafka'
import { openDirectory } from './directories.ts'
import { findJars, findJava } from './kafka-jars.ts'
import { createClusterId, startKafkaNode } from './kafka-node.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { findFreePort } from './ports.ts'
import type { KafkaOptions, KafkaServer, WithLog } from './server.ts'

/** Starts Apache Kafka from its jars as a child of this process: one node that is broker and controller. */
export async function startEmbeddedKafka(options: WithLog<KafkaOptions>): Promise<KafkaServer> {
  const { log } = options
  const [java, jars] = [await findJava(), await findJars(log)]
  const host = '127.0.0.1'
  const [port, controllerPort] = [await findFreePort(options.port, log), await findFreePort()]
  const node = await startKafkaNode({
    ...openDirectory(options.dataDir),
    name: 'Kafka',
    java,
    jars,
    clusterId: createClusterId(),
    settings: (logDirectory) => brokerSettings({ listenHost: host, host, port, controllerPort, logDirectory }),
    heapMb: 512,
    port,
    isReady: () => isBrokerReady(host, port),
    log,
  })
  return {
    ...node,
    provider: 'embedded',
    description: `Apache Kafka ${kafkaVersion}, embedded, on ${host}:${port}`,
    brokers: [`${host}:${port}`],
    get pid() {
      return node.pid
    },
  }
}
