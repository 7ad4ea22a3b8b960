import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderTargets } from '@coursewire/observability'
import { type AppUrls, type DatabaseName, keyOf } from '@coursewire/product'
import { explain } from '@coursewire/service-kit'
import { type Databases, keepSecrets, type Secrets } from '@coursewire/setup'
import { findContainers } from './containers.ts'
import { findOwner } from './single-start.ts'

const ownDirectory = fileURLToPath(new URL('../../../.coursewire', import.meta.url))

/** Where the parts of the running stack are. `npm start` publishes it for the other commands. */
export interface RunningStack {
  enrollmentApi: string
  distributionService: string
  emailWorker?: string
  kafka: string
  /** The place of the spans, if this machine keeps them. */
  traces?: string | undefined
  /** An app that was added since the start has none. */
  postgres: Partial<Record<DatabaseName, { databaseUrl: string; migrateDatabaseUrl?: string }>>
}

/** A stack that runs, and the secrets that fit it alone. */
export interface FoundStack extends RunningStack {
  readSecrets(): Secrets
}

/** A stack as the process that started it knows it. */
interface StartedStack {
  urls: AppUrls & { aws: string }
  kafka: { brokers: string[] }
  postgres: { url: string }
  databases: Databases
  traces?: string | undefined
}

/** Publishes the addresses of this process's stack for other commands and scripts, and for Prometheus. */
export function announceStack(
  { urls, kafka, postgres, databases, traces }: StartedStack,
  directory = ownDirectory,
): void {
  const stack: RunningStack = { ...urls, kafka: kafka.brokers[0] ?? '', postgres: databases, traces }
  const forPeople = { inbox: urls.aws, postgresAdmin: postgres.url }
  // Renamed into place, because others wait for the file and read it at once.
  const draft = `${fileOf(directory)}.draft`
  writeFileSync(draft, JSON.stringify({ ...stack, ...forPeople }, null, 2), { mode: 0o600 })
  renameSync(draft, fileOf(directory))
  // Stays when the stack ends, and then Prometheus says that nothing answers.
  writeFileSync(
    join(directory, 'targets.json'),
    renderTargets((app) => new URL(urls[keyOf(app)]).host),
  )
}

export function withdrawStack(directory = ownDirectory): void {
  rmSync(fileOf(directory), { force: true })
}

/** Also returns null if the process that wrote it was killed, because any server at those addresses is another one now. */
export function readRunningStack(directory = ownDirectory): RunningStack | null {
  const file = fileOf(directory)
  return findOwner(directory) && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunningStack) : null
}

/**
 * Finds the stack that `npm start` runs, or else the one in the containers of this checkout. Returns null if there is neither. Ends this
 * process, and says why, if the containers are several products or have only begun to start.
 */
export function findRunningStack(): FoundStack | null {
  const stack = readRunningStack()
  if (stack) return { ...stack, readSecrets: () => keepSecrets(join(ownDirectory, 'secrets.json')) }
  try {
    return findContainers(process.env)
  } catch (error) {
    console.error(explain(error))
    process.exit(1)
  }
}

function fileOf(directory: string): string {
  return join(directory, 'stack.json')
}
