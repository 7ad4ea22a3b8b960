import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderTargets } from '@coursewire/observability'
import { type AppUrls, type DatabaseName, keyOf } from '@coursewire/product'
import { type Databases, keepSecrets, type Secrets } from '@coursewire/setup'
import { findOwner } from './single-start.ts'

const ownDirectory = fileURLToPath(new URL('../../../.coursewire', import.meta.url))

/** What `npm start` publishes about the running stack for the other commands. */
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

/** Returns the secrets of this checkout. */
export function readSecrets(): Secrets {
  return keepSecrets(join(ownDirectory, 'secrets.json'))
}

function fileOf(directory: string): string {
  return join(directory, 'stack.json')
}
