import { fileURLToPath } from 'node:url'
import { runAfterEnd } from './guard.ts'
import { runProgram } from './run-program.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** Long enough to pull or build images. */
const TIMEOUT_MS = 900_000

/** Runs docker compose on this repository's docker-compose.yml as one project. Resolves to its output. */
export type Compose = (args: string[], input?: string) => Promise<string>

/**
 * Opens a project whose containers, and with `isTemporary` also volumes, do not outlive this process. `variables` override those in `.env`,
 * with their values at each call. If docker compose fails, the error has its last output. Also throws if no Docker engine answers, or if
 * there is neither `docker compose` nor `docker-compose`.
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
    const { stdout } = await runProgram(command, [...common, ...args], {
      cwd: root,
      env: { ...process.env, DOCKER_BUILDKIT: '1', COMPOSE_DOCKER_CLI_BUILD: '1', ...variables },
      timeout: TIMEOUT_MS,
      input,
    }).catch((cause: Error) => {
      throw new Error(`docker compose ${args.join(' ')}: ${cause.message}`, { cause })
    })
    return stdout
  }
}

/** Returns why containers cannot run here, or null. */
export function findDockerObstacle(): Promise<string | null> {
  return findCompose().then(
    () => null,
    (error: Error) => error.message,
  )
}

async function findCompose(): Promise<[string, ...string[]]> {
  await runProgram('docker', ['version', '--format', '{{.Server.Version}}']).catch((cause: Error) => {
    throw new Error(`no Docker engine answers: ${cause.message}`, { cause })
  })
  const ways: [string, ...string[]][] = [['docker', 'compose'], ['docker-compose']]
  for (const [command, ...subcommand] of ways) {
    try {
      await runProgram(command, [...subcommand, 'version'])
      return [command, ...subcommand]
    } catch {
      // Tries the next one.
    }
  }
  throw new Error('neither docker compose nor docker-compose is installed')
}
