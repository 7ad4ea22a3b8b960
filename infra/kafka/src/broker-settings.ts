export type BrokerAddress = {
  /** The interface it listens on. */
  listenHost: string
  /** Where clients find it. */
  host: string
  port: number
  controllerPort: number
  logDirectory: string
}

export type NodePorts = {
  client: number
  /** What clients are told: another port where something stands in front of `client`. */
  advertised: number
  broker: number
  controller: number
}

// For a developer's machine and the tests: not for production.
const common = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',

  // A broker that was killed may come back only when its last registration has run out.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',

  // A mistyped topic name fails instead of making a topic.
  'auto.create.topics.enable': 'false',

  // Fifty partitions make every start slower.
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',

  // A group that rests longer than this forgets its place: 90 days, the longest retention of a topic.
  'offsets.retention.minutes': '129600',
}

/** The settings of one node that is broker and controller at once, alone. */
export function brokerSettings({
  listenHost,
  host,
  port,
  controllerPort,
  logDirectory,
}: BrokerAddress): Record<string, string> {
  return {
    ...common,
    ...copies(1, 1),
    'node.id': '1',
    listeners: `PLAINTEXT://${listenHost}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': logDirectory,
  }
}

/** The settings of one of several such nodes on this machine; a node's id is its place among `ports`, from 1. */
export function clusterNodeSettings(id: number, ports: NodePorts[], logDirectory: string): Record<string, string> {
  const own = ports[id - 1]
  if (!own) throw new Error(`There is no node ${id}`)
  const list = (entries: Record<string, number>) =>
    Object.entries(entries)
      .map(([name, port]) => `${name}://127.0.0.1:${port}`)
      .join(',')
  return {
    ...common,
    ...copies(ports.length, 2),
    'node.id': String(id),
    listeners: list({ PLAINTEXT: own.client, BROKER: own.broker, CONTROLLER: own.controller }),
    'advertised.listeners': list({ PLAINTEXT: own.advertised, BROKER: own.broker }),
    // Apart from the clients', so that what stands in front of those is not in the way of replication.
    'inter.broker.listener.name': 'BROKER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(','),
    'log.dirs': logDirectory,
  }
}

/** As the image of Kafka takes them. */
export function toContainerEnvironment(settings: Record<string, string>): Record<string, string> {
  const toVariable = (name: string) => `KAFKA_${name.replaceAll('.', '_').toUpperCase()}`
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [toVariable(name), value]))
}

/** Of the internal topics, and of every topic that does not say. */
function copies(count: number, inSync: number): Record<string, string> {
  return {
    'default.replication.factor': String(count),
    'min.insync.replicas': String(inSync),
    'offsets.topic.replication.factor': String(count),
    'transaction.state.log.replication.factor': String(count),
    'transaction.state.log.min.isr': String(inSync),
  }
}
