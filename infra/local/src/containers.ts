import { createKafka } from '@coursewire/messaging'
import { appNames, type DatabaseName, databases, mapApps, portVariable, urlsBy } from '@coursewire/product'
import { findFreePort, isBrokerReady, openCompose, type ServerProcess, waitFor } from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import type { Databases } from '@coursewire/setup'
import type { Product } from './stack.ts'

const settings = '--env-file=/run/coursewire/settings.env'

/**
 * Starts the whole product in containers with the unchanged docker-compose.yml: as its own project, on free ports, with volumes that are
 * removed with it. Its databases are accessed as superuser, because no secret leaves the containers.
 */
export async function startContainers(options: {
  project: string
  environment?: Record<string, string>
  log: (line: string) => void
}): Promise<Product> {
  const { project, log } = options
  const names = [...appNames, 'aws', 'traces', 'postgres', 'kafka']
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await findFreePort()] as const)))
  const variables = names.map((name) => [portVariable(name), String(ports[name])])
  const compose = await openCompose({
    project,
    profile: 'product',
    variables: { ...Object.fromEntries(variables), ...options.environment },
    isTemporary: true,
  })
  const stop = async () => void (await compose(['down', '--volumes', '--timeout', '5']))
  const urlOf = (service: string) => `http://127.0.0.1:${ports[service]}`

  try {
    log('Building images and starting containers')
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
  const postgresUrl = (database: string) =>
    `postgresql://postgres:${password}@127.0.0.1:${ports['postgres']}/${database}`
  const accessOf = (name: DatabaseName) => ({ databaseUrl: postgresUrl(name), migrateDatabaseUrl: postgresUrl(name) })
  const brokers = [`127.0.0.1:${ports['kafka']}`]
  const logger = createLogger({ service: 'containers', level: 'silent' })
  const server = (service: string, isReady: () => Promise<unknown>): ServerProcess => ({
    pid: undefined,
    stop: async () => void (await compose(['stop', service])),
    kill: async () => void (await compose(['kill', service])),
    async restart() {
      await compose(['restart', service])
      await waitFor(isReady, { timeoutMs: 180_000, message: `${service} to be ready` })
    },
  })
  return {
    urls: { ...urlsBy(urlOf), aws: urlOf('aws') },
    apps: mapApps((app) => server(app, async () => (await fetch(`${urlOf(app)}/health/ready`)).ok)),
    databases: Object.fromEntries(databases.map(({ database }) => [database, accessOf(database)])) as Databases,
    kafka: server('kafka', () => isBrokerReady('127.0.0.1', Number(ports['kafka']))),
    kafkaClient: createKafka({ clientId: 'containers', brokers, logger }),
    runAccountsCli: (args, secret) =>
      compose(['exec', '-T', 'enrollment-api', 'node', settings, 'dist/cli.js', ...args], secret),
    stop,
  }
}
