import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accessOf } from '@coursewire/postgres'
import { databases } from '@coursewire/product'
import type { Secrets } from '@coursewire/setup'
import type { FoundStack } from './running-stack.ts'

/** Whoever names a server means that one, and not the containers. */
const serverNames = ['DATABASE_URL', 'MIGRATE_DATABASE_URL', 'KAFKA_BROKERS', 'TRACES_URL', 'EMAIL_WORKER_URL']

const checkout = realpathSync(fileURLToPath(new URL('../../..', import.meta.url)))

/** What `docker inspect` tells of a container that compose has made. */
interface Container {
  Id: string
  State: { Running: boolean }
  Config: { Labels: Record<string, string> }
  HostConfig: { PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null }
}

/**
 * Finds the product in containers that run from the docker-compose.yml of this checkout, by the ports that they have on this machine. Returns
 * null if there is none, no Docker that answers, or another server is named in `env`. Throws if there are several, or if it has only begun to start.
 */
export function findContainers(env: NodeJS.ProcessEnv): FoundStack | null {
  if (serverNames.some((name) => env[name])) return null
  const containers = listContainers().filter(({ Config }) => isHere(Config.Labels))
  // Without `setup` they are only the servers of an `npm start`.
  const products = containers.filter((container) => serviceOf(container) === 'setup').map(projectOf)
  const running = new Set(containers.filter(({ State }) => State.Running).map(projectOf))
  const wanted = env['COMPOSE_PROJECT_NAME']
  const [project, ...others] = new Set(products.filter((name) => running.has(name) && (!wanted || name === wanted)))
  if (project === undefined) return null
  if (others.length > 0)
    throw new Error(
      `Several products run in containers: name one in COMPOSE_PROJECT_NAME: ${project}, ${others.join(', ')}`,
    )

  const find = (service: string) =>
    containers.find((container) => projectOf(container) === project && serviceOf(container) === service)
  function hostOf(service: string): string {
    const [binding] = Object.values(find(service)?.HostConfig.PortBindings ?? {}).flat()
    return `${binding?.HostIp}:${binding?.HostPort}`
  }
  const secrets = readSecretsOf(find('setup')?.Id ?? '')
  const postgresUrl = `postgresql://${hostOf('postgres')}`
  return {
    enrollmentApi: `http://${hostOf('enrollment-api')}`,
    distributionService: `http://${hostOf('distribution-service')}`,
    emailWorker: `http://${hostOf('email-worker')}`,
    traces: `http://${hostOf('traces')}`,
    kafka: hostOf('kafka'),
    postgres: Object.fromEntries(
      databases.map(({ database }) => [database, accessOf(postgresUrl, database, secrets.databases[database])]),
    ),
    readSecrets: () => secrets,
  }
}

const projectOf = ({ Config }: Container) => Config.Labels['com.docker.compose.project'] ?? ''
const serviceOf = ({ Config }: Container) => Config.Labels['com.docker.compose.service'] ?? ''

function isHere(labels: Record<string, string>): boolean {
  const directory = labels['com.docker.compose.project.working_dir'] ?? ''
  return existsSync(directory) && realpathSync(directory) === checkout
}

function listContainers(): Container[] {
  try {
    const ids = docker('ps', '--all', '--quiet', '--filter', 'label=com.docker.compose.project.working_dir')
    return ids ? (JSON.parse(docker('inspect', ...ids.split('\n'))) as Container[]) : []
  } catch {
    return []
  }
}

/** Copies them out of the volume of `setup`, which has ended by then. */
function readSecretsOf(setup: string): Secrets {
  const directory = mkdtempSync(join(tmpdir(), 'coursewire-secrets-'))
  try {
    const copy = join(directory, 'secrets.json')
    docker('cp', `${setup}:/settings/setup/secrets.json`, copy)
    return JSON.parse(readFileSync(copy, 'utf8')) as Secrets
  } catch {
    throw new Error('The containers are still starting: wait until first-course has ended')
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const docker = (...args: string[]) =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 30_000 }).trim()
