import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { topicsFor } from '@coursewire/kafka'
import { createKafka, createTopics, type Kafka } from '@coursewire/messaging'
import { provisionService, type ServiceAccess } from '@coursewire/postgres'
import { createLogger } from '@coursewire/service-kit'
import {
  findFreePort,
  type KafkaServer,
  type PostgresServer,
  type Provider,
  type ServerProcess,
  startKafka,
  startPostgres,
} from '@coursewire/testing/servers'
import { startNode } from './node-process.ts'
import { keepSecrets, type Secrets } from './secrets.ts'

type AppName = 'enrollment-api' | 'distribution-service' | 'email-worker'
export const tenant = 'local'

type Ports = Record<AppName | 'aws' | 'kafka' | 'postgres', number>
type Urls = Record<'enrollmentApi' | 'distributionService' | 'emailWorker' | 'aws', string>

export type Stack = {
  urls: Urls
  postgres: PostgresServer
  databases: Record<'enrollment' | 'distribution' | 'email', ServiceAccess>
  kafka: KafkaServer
  kafkaClient: Kafka
  apps: Record<AppName, ServerProcess>
  secrets: Secrets
  /** Runs enrollment-api's CLI, the secret on its standard input, and returns what it prints. */
  runAccountsCli(args: string[], secret: string): Promise<string>
  /** Stops everything that was started, the apps first. */
  stop(): Promise<void>
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)
const appFile = (app: AppName, file: string) => join(root, 'apps', app, 'dist', file)

/**
 * Starts the whole product: Postgres, Kafka, the local AWS, and the three apps as processes of their own. Everything it
 * keeps lies in `directory`; one process at a time may use that. What was started is stopped again when something fails.
 */
export async function startStack(options: {
  directory: string
  /** Wished for; another one is taken, and said, where it is not free. Without a wish any free one. */
  ports?: Partial<Ports>
  order?: readonly Provider[]
  /** Settings of the apps beside those they get here. */
  environment?: NodeJS.ProcessEnv
  log: (line: string) => void
}): Promise<Stack> {
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

  async function start(): Promise<Omit<Stack, 'stop'>> {
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
    log('Creating topics, databases and roles, migrating')
    const [databases] = await Promise.all([
      createDatabases(postgres.url, secrets),
      createTopics(kafkaClient, topicsFor('local')),
    ])
    const topicArn = await createSnsTopic(aws)

    const runAccountsCli = async (args: string[], secret: string) => {
      const cli = run(process.execPath, [appFile('enrollment-api', 'cli.js'), ...args], {
        env: { ...process.env, DATABASE_URL: databases.enrollment.databaseUrl, DEFAULT_TENANT: tenant },
      })
      cli.child.stdin?.end(secret)
      return (await cli).stdout.trim()
    }
    for (const [client, secret] of Object.entries(secrets.clients)) {
      await runAccountsCli(['create-client', '--tenant', tenant, '--client-id', client], secret)
    }

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
        PUBLIC_BASE_URL: urls.distributionService,
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
    const startApp = (app: AppName) =>
      keep(
        clients,
        startNode({
          directory: join(directory, 'run', app),
          entry: appFile(app, 'main.js'),
          readyUrl: `${urlOf(app)}/health/ready`,
          environment: { ...shared, ...environments[app], PORT: String(appPorts[app]) },
          log,
        }),
      )
    const [enrollmentApi, distributionService, emailWorker] = await Promise.all([
      startApp('enrollment-api'),
      startApp('distribution-service'),
      startApp('email-worker'),
    ])
    const apps = {
      'enrollment-api': enrollmentApi,
      'distribution-service': distributionService,
      'email-worker': emailWorker,
    }
    return { urls, postgres, databases, kafka, kafkaClient, apps, secrets, runAccountsCli }
  }

  function serverOptions(name: 'postgres' | 'kafka') {
    const { order } = options
    return { ...(order && { order }), dataDir: join(directory, 'data', name), ...wish(name), log }
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

async function createDatabases(adminUrl: string, secrets: Secrets): Promise<Stack['databases']> {
  const services = {
    enrollment: 'enrollment-api',
    distribution: 'distribution-service',
    email: 'email-worker',
  } as const
  const create = async (service: keyof typeof services) => {
    const access = await provisionService(adminUrl, service, secrets.databases[service])
    await run(process.execPath, [appFile(services[service], 'migrate.js')], {
      env: { ...process.env, MIGRATE_DATABASE_URL: access.migrateDatabaseUrl },
    })
    return access
  }
  const [enrollment, distribution, email] = await Promise.all([
    create('enrollment'),
    create('distribution'),
    create('email'),
  ])
  return { enrollment, distribution, email }
}

/** Creating a topic that is there is finding it. */
async function createSnsTopic(aws: string): Promise<string> {
  const response = await fetch(aws, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'CreateTopic', Version: '2010-03-31', Name: 'enrollment-completed' }),
  })
  const [, arn] = /<TopicArn>(.*)<\/TopicArn>/.exec(await response.text()) ?? []
  if (!arn) throw new Error(`The local SNS made no topic: ${response.status}`)
  return arn
}
