import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runAfterEnd } from './guard.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))
/** As long as it may take to fetch images, or to build them. */
const TIMEOUT_MS = 900_000

/** Runs docker compose on this repository's docker-compose.yml, as one project; resolves to what it prints. */
export type Compose = (args: string[], input?: string) => Promise<string>

/**
 * Opens a project whose containers, and with `isTemporary` its volumes, do not outlive this process. `variables`, as they
 * are at each call, take the place of those in `.env`. Throws what docker compose said last where it fails, and where no Docker
 * engine answers or there is neither `docker compose` nor `docker-compose`.
 */
export async function openCompose(options: {
  project: string
  profile: 'product' | 'servers'
  variables: Record<string, string>
  isTemporary?: boolean
}): Promise<Compose> {
  const { project, profile, variables, isTemporary = false } = options
  const [command, ...subcommand] = await findCompose()
  const common = [...subcommand, '--project-directory', root, '--project-name', project, '--profile', profile]
  runAfterEnd(command, ...common, 'down', ...(isTemporary ? ['--volumes'] : []))
  return async (args, input = '') => {
    const compose = run(command, [...common, ...args], {
      cwd: root,
      env: { ...process.env, DOCKER_BUILDKIT: '1', COMPOSE_DOCKER_CLI_BUILD: '1', ...variables },
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    })
    compose.child.stdin?.end(input)
    try {
      return (await compose).stdout
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr ?? error).trim()
      throw new Error(`docker compose ${args.join(' ')}: ${said.slice(-2_000)}`, { cause: error })
    }
  }
}

/** Why nothing can be run in containers here, or null. */
export function findDockerObstacle(): Promise<string | null> {
  return findCompose().then(
    () => null,
    (error: Error) => error.message,
  )
}

async function findCompose(): Promise<[string, ...string[]]> {
  await run('docker', ['info']).catch((cause: unknown) => {
    throw new Error('no Docker engine answers', { cause })
  })
  const ways: [string, ...string[]][] = [['docker', 'compose'], ['docker-compose']]
  for (const [command, ...subcommand] of ways) {
    try {
      await run(command, [...subcommand, 'version'])
      return [command, ...subcommand]
    } catch {
      // The next one.
    }
  }
  throw new Error('neither docker compose nor docker-compose is installed')
}
