import { setTimeout as sleep } from 'node:timers/promises'
import { createOutageLog, type Logger, type OutageLog } from '@coursewire/service-kit'
import kafkajs, {
  type Admin,
  type KafkaConfig as ClientConfig,
  Kafka,
  type LogEntry,
  logLevel,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs'
import { backoffMs } from '../backoff.ts'
import { adviseOn } from './advice.ts'
import { registerCodecs } from './codecs.ts'
import { openSocket } from './socket.ts'

export type { Admin, Kafka } from 'kafkajs'

export interface KafkaSettings {
  clientId: string
  brokers: string[]
  /** With options for TLS, such as another CA, for tools. */
  ssl?: NonNullable<ClientConfig['ssl']>
  sasl?: SASLOptions
  logger: Logger
}

// kafkajs logs these as errors but recovers from them by itself within moments.
const passing =
  /coordinator is loading|coordinator is not available|restarting the consumer|rejoin is needed|rebalanc|not aware of this member|not the correct coordinator|leadership election/i

/** Messages that do not mean that a broker is out of reach. */
const ofItsOwn = /offset out of range|error when calling|failed to execute listener/i

/** Longer than kafkajs pauses between two attempts, or waits for an answer. */
const QUIET_MS = 30_000
/** Shared by all clients with the same logger, because they notice the same outages. */
const outages = new WeakMap<Logger, OutageLog>()

function findOutageLog(logger: Logger): OutageLog {
  const known = outages.get(logger)
  if (known) return known
  const outage = createOutageLog(logger, { failing: 'Trouble with Kafka', works: 'No more trouble with Kafka' })
  // kafkajs logs failures, but never success.
  let timer: NodeJS.Timeout | undefined
  const log: OutageLog = {
    failed(error, fields) {
      outage.failed(error, fields)
      clearTimeout(timer)
      timer = setTimeout(outage.worked, QUIET_MS).unref()
    },
    worked: outage.worked,
  }
  outages.set(logger, log)
  return log
}

/** The settings for Kafka in a service's environment. */
export interface KafkaConfig {
  KAFKA_BROKERS: string[]
  KAFKA_SSL: boolean
  KAFKA_SASL_MECHANISM?: SASLOptions['mechanism'] | undefined
  KAFKA_SASL_USERNAME?: string | undefined
  KAFKA_SASL_PASSWORD?: string | undefined
}

export function toKafkaSettings(clientId: string, config: KafkaConfig, logger: Logger): KafkaSettings {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config
  const given = [mechanism, username, password].filter((value) => value !== undefined)
  if (given.length === 1 || given.length === 2)
    throw new Error(
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD belong together: set all or none',
    )
  return {
    clientId,
    brokers: config.KAFKA_BROKERS,
    ssl: config.KAFKA_SSL,
    ...(mechanism && { sasl: { mechanism, username, password } as SASLOptions }),
    logger,
  }
}

/** Unlimited. Retries are counted over the life of a fetch loop, so any limit would one day stop a healthy consumer. */
export const endlessRetry: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  retries: Number.MAX_SAFE_INTEGER,
}

/** A member that disappears delays its group for six seconds; kafkajs' default is thirty. */
export const membership = {
  sessionTimeout: 6_000,
  rebalanceTimeout: 15_000,
  heartbeatInterval: 1_000,
  allowAutoTopicCreation: false,
}

/** Creates a client without connecting it. Its log goes to `logger`. `onLog` gets every line, as a sign that its loops are alive. */
export function createKafka(
  { clientId, brokers, ssl = false, sasl, logger }: KafkaSettings,
  { retry = endlessRetry, onLog }: { retry?: RetryOptions; onLog?: (line: LogEntry['log']) => void } = {},
): Kafka {
  registerCodecs()
  const config: ClientConfig = {
    clientId,
    brokers,
    ssl,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    socketFactory: openSocket,
    retry,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, label, log }) => {
        onLog?.(log)
        const text = `${log.message} ${String(log.error ?? '')}`
        if (level === logLevel.WARN || passing.test(text)) logger.debug({ kafka: { label, ...log } }, log.message)
        else if (ofItsOwn.test(text)) logger.warn({ kafka: { label, ...log } }, log.message)
        else
          findOutageLog(logger).failed(log.error ?? log.message, {
            broker: log.broker,
            ...adviseOn(text, { ssl, sasl }),
          })
      },
  }
  return new Kafka(sasl ? { ...config, sasl } : config)
}

export interface TopicSpecification {
  topic: string
  numPartitions: number
  replicationFactor: number
  configEntries: { name: string; value: string }[]
}

/**
 * Creates missing topics, and applies the settings in `configEntries` to existing ones. Their other settings stay, and so does their
 * partition count, which never changes.
 */
export async function createTopics(kafka: Kafka, topics: TopicSpecification[]): Promise<void> {
  const names = topics.map(({ topic }) => topic)
  const admin = kafka.admin()
  await admin.connect()
  try {
    const areAllNew = await admin.createTopics({ topics, waitForLeaders: false })
    await waitForLeaders(admin, names)
    if (!areAllNew) await alterSettings(admin, topics)
  } finally {
    await admin.disconnect()
  }
}

/** Repeats the other settings of a topic, because Kafka's request replaces all of them. */
async function alterSettings(admin: Admin, topics: TopicSpecification[]): Promise<void> {
  const type = kafkajs.ConfigResourceTypes.TOPIC
  const { resources } = await admin.describeConfigs({
    resources: topics.map(({ topic }) => ({ type, name: topic })),
    includeSynonyms: false,
  })
  const altered = topics.flatMap(({ topic, configEntries }) => {
    const found = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []
    const current = new Map(found.map(({ configName, configValue }) => [configName, configValue]))
    if (configEntries.every(({ name, value }) => current.get(name) === value)) return []
    const wanted = new Set(configEntries.map(({ name }) => name))
    const others = found.filter(
      ({ configName, configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG && !wanted.has(configName),
    )
    const kept = others.map(({ configName, configValue }) => ({ name: configName, value: configValue }))
    return [{ type, name: topic, configEntries: [...kept, ...configEntries] }]
  })
  if (altered.length > 0) await admin.alterConfigs({ validateOnly: false, resources: altered })
}

/** Does not use kafkajs' own wait, which fails if the first broker does not know the new topic yet. */
async function waitForLeaders(admin: Admin, names: string[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names })
      if (topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return
    } catch (error) {
      if (attempt >= 20) throw error
    }
    await sleep(backoffMs(attempt, 50, 1_000))
  }
}
