import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKafka, type Kafka } from '@coursewire/messaging'
import {
  type AppName,
  type AppUrls,
  appNames,
  consumers,
  feedbackUrlOf,
  mapApps,
  secretSettingsOf,
  settingsOf,
  surroundingsHere,
  urlsBy,
} from '@coursewire/product'
import {
  findFreePort,
  type KafkaServer,
  type PostgresOptions,
  type PostgresServer,
  type Provider,
  type SecureKafka,
  type ServerProcess,
  startKafka,
  startPostgres,
} from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import { appFile, type Databases, keepSecrets, type Prepared, prepareServers, type Secrets } from '@coursewire/setup'
import { assertKnownServers, assertNobodyConsumes } from './known-servers.ts'
import { startNode } from './node-process.ts'

type Ports = Record<AppName | 'aws' | 'kafka' | 'postgres', number>

/** The whole running product, wherever it runs. */
export interface Product {
  urls: AppUrls & { aws: string }
  databases: Databases
  kafka: Pick<KafkaServer, 'kill' | 'restart'>
  kafkaClient: Kafka
  apps: Record<AppName, ServerProcess>
  runAccountsCli: Prepared['runAccountsCli']
  /** Stops everything, the apps first. */
  stop(): Promise<void>
}

/** The product as processes on this machine. */
export interface Stack extends Product {
  postgres: PostgresServer
  kafka: KafkaServer
  aws: ServerProcess
  secrets: Secrets
}

/** Everything except the apps. */
export type Base = Omit<Stack, 'apps'>

/** Starts the apps one by one. */
export interface AppStarter {
  startApp: (app: AppName, instance?: Instance) => Promise<ServerProcess>
  /** The environment of an app, for callers that start it themselves. */
  environmentOf: (app: AppName) => NodeJS.ProcessEnv
}

/** One process of an app. */
interface Instance {
  /** Another checkout of this repository whose app to start. */
  checkout?: string
  /** The file to start, if not that of the app as it is deployed. */
  entry?: string
  /** The port, if not the one that its callers use. */
  port?: number
  /** Its directory below `run`, if not the app's name. */
  name?: string
  /** Additional settings of this process. */
  environment?: NodeJS.ProcessEnv
}

export interface StackOptions {
  directory: string
  /** Whether Postgres and Kafka delete their data when they are stopped, wherever they run. */
  isTemporary?: boolean
  /** The preferred ports. If one is not free, another is used and logged. Without a preference any free port is used. */
  ports?: Partial<Ports>
  order?: readonly Provider[]
  postgres?: Pick<PostgresOptions, 'tracer' | 'requiresTls'>
  /** A Kafka to use instead, on which each app is the user with its name. It is stopped with everything else. */
  secureKafka?: SecureKafka
  /** Additional settings of the apps. */
  environment?: NodeJS.ProcessEnv
  /** The place to which the apps send their spans. Without it they make none. */
  traces?: string | undefined
  /** Another checkout of this repository whose apps create the tables. */
  checkout?: string
  log: (line: string) => void
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Starts the whole product: Postgres, Kafka, the local AWS, and each app as its own process. All state is in `directory`, which one process
 * at a time may use. If anything fails, everything that was started is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { startApp, ...base } = await startBase(options)
  const starting = mapApps((app) => startApp(app))
  try {
    return { ...base, apps: await settleApps(starting) }
  } catch (error) {
    await Promise.allSettled(Object.values(starting))
    await base.stop()
    throw error
  }
}

/** The settings with which an app reaches a secure Kafka as itself. */
function loginSettings({ ca, loginOf }: SecureKafka, app: AppName): NodeJS.ProcessEnv {
  const { username, password } = loginOf(app)
  return {
    KAFKA_SSL: 'true',
    NODE_EXTRA_CA_CERTS: ca,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  }
}

/** The state of each app. */
async function settleApps<Made>(making: Record<AppName, Promise<Made>>): Promise<Record<AppName, Made>> {
  const made = await Promise.all(appNames.map(async (app) => [app, await making[app]]))
  return Object.fromEntries(made) as Record<AppName, Made>
}

/** Starts everything except the apps. */
export async function startBase(options: StackOptions): Promise<Base & AppStarter> {
  const { directory, ports = {}, secureKafka, checkout: made = root, log } = options
  const starting: Promise<unknown>[] = []
  const servers: { stop(): Promise<void> }[] = []
  const clients: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const started of [clients, servers]) await Promise.all(started.splice(0).map((one) => one.stop()))
  }
  try {
    return { ...(await start()), stop }
  } catch (error) {
    // Otherwise servers that started next to a failed one would be left running.
    await Promise.allSettled(starting)
    await stop()
    throw error
  }

  async function start(): Promise<Omit<Base & AppStarter, 'stop'>> {
    mkdirSync(join(directory, 'data'), { recursive: true })
    const secrets = keepSecrets(join(directory, 'secrets.json'))
    const logger = createLogger({ service: 'local', level: 'silent' })

    const awsPort = await findFreePort(ports.aws, log)
    const awsUrl = `http://127.0.0.1:${awsPort}`
    const [postgres, kafka, aws] = await Promise.all([
      keep(servers, startPostgres({ ...serverOptions('postgres'), ...options.postgres, durable: true })),
      keep(servers, secureKafka ? Promise.resolve(secureKafka) : startKafka(serverOptions('kafka'))),
      startAws(awsPort),
    ])
    log(postgres.description)
    log(kafka.description)
    const kafkaClient = createKafka({
      clientId: 'local',
      brokers: kafka.brokers,
      logger,
      ...(secureKafka && {
        ssl: { ca: readFileSync(secureKafka.ca) },
        sasl: { mechanism: 'scram-sha-512', ...secureKafka.admin },
      }),
    })
    if (!options.isTemporary) await assertKnownServers(join(directory, 'data'), { postgres, kafka, kafkaClient })
    // Only a given Kafka can also be used by others.
    if (kafka.provider === 'given') await assertNobodyConsumes(kafkaClient, consumers, { log })
    const appPorts = await settleApps(mapApps((app) => findFreePort(ports[app], log)))
    const urlOf = (app: string) => `http://127.0.0.1:${appPorts[app as AppName]}`
    const addresses = {
      kafkaBrokers: kafka.brokers.join(','),
      proxies: '127.0.0.1',
      ...surroundingsHere(awsUrl),
      traces: options.traces,
      urlOf,
      publicUrlOf: urlOf,
    }
    log('Creating topics, databases and roles, running migrations')
    const { databases, runAccountsCli } = await prepareServers({
      postgresUrl: postgres.url,
      kafka: kafkaClient,
      ...(secureKafka && { principals: 'User:{app}' }),
      awsUrl,
      feedbackUrl: feedbackUrlOf(urlOf('email-worker')),
      secrets,
      checkout: made,
    })
    const urls = { ...urlsBy(urlOf), aws: awsUrl }
    const environmentOf = (app: AppName, port = appPorts[app]) => ({
      // React, which renders mails, reads this. Its development build is slow.
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'info',
      ...settingsOf(app, addresses),
      ...secretSettingsOf(app, secrets, databases),
      ...(secureKafka && loginSettings(secureKafka, app)),
      ...options.environment,
    })
    const startApp: AppStarter['startApp'] = (app, instance = {}) => {
      const { checkout = root, port = appPorts[app], name = app, environment } = instance
      const { entry = appFile(checkout, app, 'main.js') } = instance
      return keep(
        clients,
        startNode({
          directory: join(directory, 'run', name),
          entry,
          readyUrl: `http://127.0.0.1:${port}/health/ready`,
          environment: { ...environmentOf(app, port), ...environment },
          log,
        }),
      )
    }
    return { urls, postgres, databases, kafka, aws, kafkaClient, secrets, runAccountsCli, startApp, environmentOf }
  }

  function serverOptions(name: 'postgres' | 'kafka') {
    const { order, isTemporary } = options
    const dataDir = join(directory, 'data', name)
    return { ...(order && { order }), ...(!isTemporary && { dataDir }), ...wish(name), log }
  }

  function wish(name: keyof Ports): { port?: number } {
    const port = ports[name]
    return port === undefined ? {} : { port }
  }

  async function keep<Started extends { stop(): Promise<void> }>(
    list: { stop(): Promise<void> }[],
    started: Promise<Started>,
  ): Promise<Started> {
    const kept = started.then((one) => {
      list.push(one)
      return one
    })
    starting.push(kept)
    return kept
  }

  function startAws(port: number): Promise<ServerProcess> {
    const aws = startNode({
      directory: join(directory, 'run/aws-local'),
      entry: join(root, 'infra/aws-local/dist/main.js'),
      readyUrl: `http://127.0.0.1:${port}/_inbox`,
      environment: { PORT: String(port), DATA_DIR: join(directory, 'data/aws') },
      log,
    })
    return keep(servers, aws)
  }
}
