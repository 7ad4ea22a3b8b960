import { createKafka } from '@coursewire/messaging'
import { findFreePort, isBrokerReady, openCompose, type ServerProcess, waitFor } from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import type { AppName } from '@coursewire/setup'
import type { Product } from './stack.ts'

const settings = '--env-file=/run/coursewire/settings.env'

/**
 * The whole product in containers, by docker-compose.yml as it stands: a project of its own, on free ports, whose volumes
 * go with it. Its databases are entered as their superuser, as no secret leaves the containers.
 */
export async function startContainers(options: {
  project: string
  environment?: Record<string, string>
  log: (line: string) => void
}): Promise<Product> {
  const { project, log } = options
  const ports = {
    'enrollment-api': await findFreePort(),
    'distribution-service': await findFreePort(),
    'email-worker': await findFreePort(),
    aws: await findFreePort(),
    postgres: await findFreePort(),
    kafka: await findFreePort(),
  }
  const variables = Object.entries(ports).map(([name, port]) => [
    `${name.replaceAll('-', '_').toUpperCase()}_PORT`,
    String(port),
  ])
  const compose = await openCompose({
    project,
    profile: 'product',
    variables: { ...Object.fromEntries(variables), ...options.environment },
    isTemporary: true,
  })
  const stop = async () => void (await compose(['down', '--volumes', '--timeout', '5']))
  const urlOf = (service: keyof typeof ports) => `http://127.0.0.1:${ports[service]}`

  try {
    log('Building images, starting containers')
    await compose(['up', '--detach', '--build'])
    log('Waiting for the first course')
    await waitFor(async () => (await compose(['logs', 'first-course'])).includes('Sign in as'), {
      timeoutMs: 120_000,
      intervalMs: 500,
      message: 'the first course',
    })
  } catch (error) {
    await stop()
    throw error
  }

  const password = await compose(['exec', '-T', 'postgres', 'cat', '/run/coursewire/password'])
  const postgresUrl = (database: string) => `postgresql://postgres:${password}@127.0.0.1:${ports.postgres}/${database}`
  const databaseOf = (name: 'enrollment' | 'distribution' | 'email') => ({
    databaseUrl: postgresUrl(name),
    migrateDatabaseUrl: postgresUrl(name),
  })
  const brokers = [`127.0.0.1:${ports.kafka}`]
  const logger = createLogger({ service: 'containers', level: 'silent' })
  const server = (service: keyof typeof ports, isReady: () => Promise<unknown>): ServerProcess => ({
    pid: undefined,
    stop: async () => void (await compose(['stop', service])),
    kill: async () => void (await compose(['kill', service])),
    async restart() {
      await compose(['restart', service])
      await waitFor(isReady, { timeoutMs: 60_000, message: `${service} to be ready` })
    },
  })
  const app = (name: AppName) => server(name, async () => (await fetch(`${urlOf(name)}/health/ready`)).ok)
  return {
    urls: {
      enrollmentApi: urlOf('enrollment-api'),
      distributionService: urlOf('distribution-service'),
      emailWorker: urlOf('email-worker'),
      aws: urlOf('aws'),
    },
    apps: {
      'enrollment-api': app('enrollment-api'),
      'distribution-service': app('distribution-service'),
      'email-worker': app('email-worker'),
    },
    databases: {
      enrollment: databaseOf('enrollment'),
      distribution: databaseOf('distribution'),
      email: databaseOf('email'),
    },
    kafka: server('kafka', () => isBrokerReady('127.0.0.1', ports.kafka)),
    kafkaClient: createKafka({ clientId: 'containers', brokers, logger }),
    runAccountsCli: (args, secret) =>
      compose(['exec', '-T', 'enrollment-api', 'node', settings, 'dist/cli.js', ...args], secret),
    stop,
  }
}
