export type BrokerAddress = {
  /** The interface it listens on. */
  listenHost: string
  /** Where clients find it. */
  host: string
  port: number
  controllerPort: number
  logDirectory: string
}

/** The settings of one node that is broker and controller at once, for a developer's machine and the tests: not for production. */
export function brokerSettings({
  listenHost,
  host,
  port,
  controllerPort,
  logDirectory,
}: BrokerAddress): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    listeners: `PLAINTEXT://${listenHost}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': logDirectory,

    // A broker that was killed may come back only when its last registration has run out.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',

    // A mistyped topic name fails instead of making a topic.
    'auto.create.topics.enable': 'false',

    // The internal topics would want three brokers, and fifty partitions make every start slower.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'group.initial.rebalance.delay.ms': '0',

    // A group that rests longer than this forgets its place: 90 days, the longest retention of a topic.
    'offsets.retention.minutes': '129600',
  }
}
