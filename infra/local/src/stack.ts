import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKafka, type Kafka } from '@coursewire/messaging'
import {
  findFreePort,
  type KafkaServer,
  type PostgresServer,
  type Provider,
  type ServerProcess,
  startKafka,
  startPostgres,
} from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import {
  type AppName,
  appFile,
  keepSecrets,
  type Prepared,
  prepareServers,
  type Secrets,
  tenant,
} from '@coursewire/setup'
import { assertKnownServers, assertNobodyConsumes } from './known-servers.ts'
import { startNode } from './node-process.ts'

type Ports = Record<AppName | 'aws' | 'kafka' | 'postgres', number>
type Urls = Record<'enrollmentApi' | 'distributionService' | 'emailWorker' | 'aws', string>

/** The whole product as it runs, wherever that is. */
export interface Product {
  urls: Urls
  databases: Prepared['databases']
  kafka: Pick<KafkaServer, 'kill' | 'restart'>
  kafkaClient: Kafka
  apps: Record<AppName, ServerProcess>
  runAccountsCli: Prepared['runAccountsCli']
  /** Stops everything that was started, the apps first. */
  stop(): Promise<void>
}

/** The product as processes of this machine. */
export interface Stack extends Product {
  postgres: PostgresServer
  kafka: KafkaServer
  secrets: Secrets
}

/** All but the apps. */
export type Base = Omit<Stack, 'apps'>

/** Starts the apps one by one. */
export interface AppStarter {
  startApp: (app: AppName, instance?: Instance) => Promise<ServerProcess>
}

/** One process of an app. */
interface Instance {
  /** Whose app, where not ours: another checkout of this repository. */
  checkout?: string
  /** Where not the one its callers know. */
  port?: number
  /** Its directory below `run`; where not the name of the app. */
  name?: string
}

interface StackOptions {
  directory: string
  /** Whether Postgres and Kafka forget everything when they are stopped, wherever they run. */
  isTemporary?: boolean
  /** Wished for; another one is taken, and said, where it is not free. Without a wish any free one. */
  ports?: Partial<Ports>
  order?: readonly Provider[]
  /** Settings of the apps beside those they get here. */
  environment?: NodeJS.ProcessEnv
  /** Whose apps make the tables, where not ours: another checkout of this repository. */
  checkout?: string
  log: (line: string) => void
}

/** Each consumes as the group of its own name. */
const appNames: AppName[] = ['enrollment-api', 'distribution-service', 'email-worker']

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Starts the whole product: Postgres, Kafka, the local AWS, and the three apps as processes of their own. Everything it
 * keeps lies in `directory`; one process at a time may use that. What was started is stopped again when something fails.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { startApp, ...base } = await startBase(options)
  const starting = [startApp('enrollment-api'), startApp('distribution-service'), startApp('email-worker')] as const
  try {
    const [enrollmentApi, distributionService, emailWorker] = await Promise.all(starting)
    return {
      ...base,
      apps: {
        'enrollment-api': enrollmentApi,
        'distribution-service': distributionService,
        'email-worker': emailWorker,
      },
    }
  } catch (error) {
    await Promise.allSettled(starting)
    await base.stop()
    throw error
  }
}

/** Starts all but the apps. */
export async function startBase(options: StackOptions): Promise<Base & AppStarter> {
  const { directory, ports = {}, log } = options
  const starting: Promise<unknown>[] = []
  const servers: { stop(): Promise<void> }[] = []
  const clients: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const started of [clients, servers]) await Promise.all(started.splice(0).map((it) => it.stop()))
  }
  try {
    return { ...(await start()), stop }
  } catch (error) {
    // What was started beside the one that failed would be forgotten otherwise.
    await Promise.allSettled(starting)
    await stop()
    throw error
  }

  async function start(): Promise<Omit<Base & AppStarter, 'stop'>> {
    mkdirSync(join(directory, 'data'), { recursive: true })
    const secrets = keepSecrets(join(directory, 'secrets.json'))
    const logger = createLogger({ service: 'local', level: 'silent' })

    const [postgres, kafka, aws] = await Promise.all([
      keep(servers, startPostgres({ ...serverOptions('postgres'), durable: true })),
      keep(servers, startKafka(serverOptions('kafka'))),
      startAws(),
    ])
    log(postgres.description)
    log(kafka.description)
    const kafkaClient = createKafka({ clientId: 'local', brokers: kafka.brokers, logger })
    if (!options.isTemporary) await assertKnownServers(join(directory, 'data'), { postgres, kafka, kafkaClient })
    // Only a given Kafka can be somebody else's too.
    if (kafka.provider === 'given') await assertNobodyConsumes(kafkaClient, appNames, { log })
    log('Creating topics, databases and roles, migrating')
    const { databases, topicArn, runAccountsCli } = await prepareServers({
      postgresUrl: postgres.url,
      kafka: kafkaClient,
      awsUrl: aws,
      secrets,
      checkout: options.checkout,
    })

    const appPorts = {
      'enrollment-api': await findFreePort(ports['enrollment-api'], log),
      'distribution-service': await findFreePort(ports['distribution-service'], log),
      'email-worker': await findFreePort(ports['email-worker'], log),
    }
    const urlOf = (app: AppName) => `http://127.0.0.1:${appPorts[app]}`
    const urls = {
      enrollmentApi: urlOf('enrollment-api'),
      distributionService: urlOf('distribution-service'),
      emailWorker: urlOf('email-worker'),
      aws,
    }
    const shared = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      KAFKA_BROKERS: kafka.brokers.join(','),
      JWT_ISSUER: urls.enrollmentApi,
      JWT_AUDIENCE: 'coursewire',
      JWKS_URL: `${urls.enrollmentApi}/.well-known/jwks.json`,
      DEFAULT_TENANT: tenant,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SNS: aws,
      AWS_ENDPOINT_URL_SES: aws,
      ...options.environment,
    }
    // Until there is a dashboard, the mail's button shows the course as JSON.
    const dashboard = `${urls.distributionService}/api`
    const environments = {
      'enrollment-api': {
        DATABASE_URL: databases.enrollment.databaseUrl,
        ENROLLMENT_COMPLETED_TOPIC_ARN: topicArn,
        JWT_PRIVATE_KEY: secrets.jwtPrivateKey,
        DISTRIBUTION_SERVICE_URL: urls.distributionService,
        DASHBOARD_URL: dashboard,
        SERVICE_CLIENT_ID: 'enrollment-api',
        SERVICE_CLIENT_SECRET: secrets.clients['enrollment-api'],
      },
      'distribution-service': {
        DATABASE_URL: databases.distribution.databaseUrl,
        PUBLIC_BASE_URL: dashboard,
      },
      'email-worker': {
        DATABASE_URL: databases.email.databaseUrl,
        EMAIL_FROM: 'Coursewire <hello@coursewire.example>',
        ENROLLMENT_API_URL: urls.enrollmentApi,
        DISTRIBUTION_SERVICE_URL: urls.distributionService,
        DASHBOARD_URL: dashboard,
        SERVICE_CLIENT_ID: 'email-worker',
        SERVICE_CLIENT_SECRET: secrets.clients['email-worker'],
      },
    }
    const startApp: AppStarter['startApp'] = (app, { checkout, port = appPorts[app], name = app } = {}) =>
      keep(
        clients,
        startNode({
          directory: join(directory, 'run', name),
          entry: appFile(app, 'main.js', checkout),
          readyUrl: `http://127.0.0.1:${port}/health/ready`,
          environment: { ...shared, ...environments[app], PORT: String(port) },
          log,
        }),
      )
    return { urls, postgres, databases, kafka, kafkaClient, secrets, runAccountsCli, startApp }
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
    const kept = started.then((it) => {
      list.push(it)
      return it
    })
    starting.push(kept)
    return kept
  }

  async function startAws(): Promise<string> {
    const port = await findFreePort(ports.aws, log)
    const url = `http://127.0.0.1:${port}`
    const aws = startNode({
      directory: join(directory, 'run/aws-local'),
      entry: join(root, 'infra/aws-local/dist/main.js'),
      readyUrl: `${url}/_inbox`,
      environment: { PORT: String(port), DATA_DIR: join(directory, 'data/aws') },
      log,
    })
    await keep(servers, aws)
    return url
  }
}
