export type BrokerAddress = {
  /** The interface on which it listens. */
  listenHost: string
  /** The address for clients. */
  host: string
  port: number
  controllerPort: number
  logDirectory: string
  /** Lets clients in by TLS and password alone, and lets each do only what ACLs allow. */
  security?: BrokerSecurity
}

export type BrokerSecurity = {
  /** PEM files: the key and certificate of the broker, whose common name is `localhost`, and the CA that has signed it. */
  keystore: string
  ca: string
  /** The user who may do everything. The broker itself is this user too. */
  admin: { username: string; password: string }
}

export type NodePorts = {
  client: number
  /** The address that clients are told. It differs if there is a proxy in front of `client`. */
  advertised: number
  broker: number
  controller: number
}

/** The settings of every cluster, here and in production. */
export const clusterSettings = {
  // A mistyped topic name fails instead of creating a topic.
  'auto.create.topics.enable': 'false',

  // An inactive group forgets its offsets after this time: 90 days, the longest retention of a topic.
  'offsets.retention.minutes': '129600',
}

// For development and tests, not for production.
const common = {
  ...clusterSettings,
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',

  // A killed broker can only come back after its last registration has expired.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',

  // The default of fifty partitions makes every start slower.
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
}

/** Returns the settings of a single node that is both broker and controller. */
export function brokerSettings({
  listenHost,
  host,
  port,
  controllerPort,
  logDirectory,
  security,
}: BrokerAddress): Record<string, string> {
  const protocol = security ? 'SASL_SSL' : 'PLAINTEXT'
  return {
    ...common,
    ...copies(1, 1),
    'node.id': '1',
    listeners: `${protocol}://${listenHost}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `${protocol}://${host}:${port}`,
    'listener.security.protocol.map': `${protocol}:${protocol},CONTROLLER:${security ? 'SSL' : 'PLAINTEXT'}`,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': logDirectory,
    ...(security && securitySettings(security)),
  }
}

function securitySettings({ keystore, ca, admin }: BrokerSecurity): Record<string, string> {
  const login = `username="${admin.username}" password="${admin.password}"`
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': ca,
    'inter.broker.listener.name': 'SASL_SSL',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required ${login};`,
    // Passwords are in the controller, so whoever connects to it needs a certificate instead.
    'listener.name.controller.ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${admin.username};User:CN=localhost`,
  }
}

/** Returns the settings of one of several such nodes on this machine. A node's id is its position in `ports`, from 1. */
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
    // Separate from the clients' listener, so that a proxy in front of that does not affect replication.
    'inter.broker.listener.name': 'BROKER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(','),
    'log.dirs': logDirectory,
  }
}

/** Converts the settings to the form of the Kafka image. */
export function toContainerEnvironment(settings: Record<string, string>): Record<string, string> {
  const toVariable = (name: string) => `KAFKA_${name.replaceAll('.', '_').toUpperCase()}`
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [toVariable(name), value]))
}

/** For the internal topics, and for every topic without a value of its own. */
function copies(count: number, inSync: number): Record<string, string> {
  return {
    'default.replication.factor': String(count),
    'min.insync.replicas': String(inSync),
    'offsets.topic.replication.factor': String(count),
    'transaction.state.log.replication.factor': String(count),
    'transaction.state.log.min.isr': String(inSync),
  }
}
