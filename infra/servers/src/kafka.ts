import { startEmbeddedKafka } from './embedded-kafka.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { createGivenControls, type KafkaOptions, type KafkaServer, startWithFirst, testOrder } from './server.ts'

const product = {
  name: 'Kafka',
  remedy: 'Install a JDK 17 or newer with Maven, or Docker, or give a broker by COURSEWIRE_KAFKA_BROKERS.',
}

/** Finds or starts an Apache Kafka for this process: given by COURSEWIRE_KAFKA_BROKERS, in Docker (with docker-compose.yml if its data is kept), or embedded. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const { order = testOrder, dataDir, log = () => {} } = options
  const brokers = process.env['COURSEWIRE_KAFKA_BROKERS']
  return startWithFirst(
    product,
    order,
    {
      given: brokers ? () => takeGivenKafka(brokers.split(',')) : undefined,
      docker: async () =>
        dataDir
          ? (await import('./compose-servers.ts')).startComposeKafka({ ...options, dataDir, log })
          : (await import('./docker.ts')).startDockerKafka({ ...options, log }),
      embedded: () => startEmbeddedKafka({ ...options, log }),
    },
    log,
  )
}

/** Starts a Kafka for one test, which may stop and kill it. */
export function ownKafka(options: Omit<KafkaOptions, 'order'> = {}): Promise<KafkaServer> {
  return startKafka({ ...options, order: testOrder.filter((provider) => provider !== 'given') })
}

async function takeGivenKafka(brokers: string[]): Promise<KafkaServer> {
  const answers = await Promise.all(
    brokers.map((broker) => {
      const { hostname, port } = new URL(`kafka://${broker}`)
      return isBrokerReady(hostname, Number(port))
    }),
  )
  const list = brokers.join(', ')
  if (!answers.includes(true)) throw new Error(`No Kafka answers at ${list} (COURSEWIRE_KAFKA_BROKERS)`)
  return {
    provider: 'given',
    description: `Kafka, given, on ${list}`,
    brokers,
    pid: undefined,
    ...createGivenControls('Kafka'),
  }
}
