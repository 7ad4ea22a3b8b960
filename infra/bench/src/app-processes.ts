import { createPublicKey, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type AppStarter,
  type Base,
  type Stack,
  type StackOptions,
  startBase,
  startNode,
  startStack,
} from '@coursewire/local'
import { messagingMigrations } from '@coursewire/messaging'
import { provisionService } from '@coursewire/postgres'
import { type AppName, appNames, keyOf } from '@coursewire/product'
import { findFreePort, type ServerProcess } from '@coursewire/servers'
import { migrate } from '@coursewire/service-kit'
import pg from 'pg'
import type { Processes } from './cpu.ts'

const directory = fileURLToPath(new URL('../../../.coursewire/bench-apps', import.meta.url))

const running = new Set<() => Promise<void>>()

type Settings = Pick<StackOptions, 'environment' | 'postgres' | 'order'>

export const issuerOf = ({ urls }: Base) => ({ issuer: urls.enrollmentApi, audience: 'coursewire' })

/**
 * Starts the apps as they are deployed, on their own durable servers. Databases, topics and groups have fixed names, so on shared
 * servers the leftovers of another measurement would be processed in the middle of this one.
 */
export function startApps(log: (line: string) => void, options: Settings = {}): Promise<Stack> {
  return inEmptyDirectory(() => startStack({ directory, order: ['embedded', 'docker'], ...options, log }))
}

/** Starts the servers, and leaves it to the caller which apps there are and how many of each. */
export function startServers(log: (line: string) => void): Promise<Base & AppStarter> {
  return inEmptyDirectory(() => startBase({ directory, order: ['embedded', 'docker'], log }))
}

async function inEmptyDirectory<Started extends { stop(): Promise<void> }>(
  start: () => Promise<Started>,
): Promise<Started> {
  const remove = () => rmSync(directory, { recursive: true, force: true })
  remove()
  const started = await start()
  async function stop(): Promise<void> {
    running.delete(stop)
    await started.stop()
    remove()
  }
  running.add(stop)
  return { ...started, stop }
}

/** Stops what a benchmark that did not get to its end has left running. */
export async function stopApps(): Promise<void> {
  for (const stop of running) await stop()
}

/** Starts one app alone with its servers, because in a deployment the others have their own machines. */
export async function startApp(app: AppName, log: (line: string) => void, options: Settings = {}): Promise<Stack> {
  const stack = await startApps(log, options)
  await Promise.all(appNames.filter((name) => name !== app).map((name) => stack.apps[name].stop()))
  return stack
}

/** The target of a load, and the processes behind it. */
export interface Target {
  url: string
  processes: Processes
}

export const targetOf = (stack: Stack, app: AppName): Target => ({
  url: stack.urls[keyOf(app)],
  processes: processesOf(stack, stack.apps[app]),
})

export function processesOf({ postgres, kafka, aws }: Base, app: ServerProcess): Processes {
  return { app: app.pid, Postgres: postgres.pid, broker: kafka.pid, AWS: aws.pid, load: process.pid }
}

export async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl })
  // A benchmark that fails leaves it open when its servers stop. Whoever uses it sees the error anyway.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export interface Bare extends Target {
  process: ServerProcess
  /** Connected as the owner of its tables. */
  owner: pg.Client
  stop(): Promise<void>
}

/** Starts one of the floors as a process with its own database on the same server, which has an outbox too. */
export async function startBare(
  stack: Base,
  options: {
    name: 'bare-app' | 'bare-catalogue' | 'bare-enrollment' | 'bare-page' | 'bare-refresh'
    tables?: string
    /** Additional settings. */
    environment?: NodeJS.ProcessEnv
    log: (line: string) => void
  },
): Promise<Bare> {
  const { name, tables = '', environment, log } = options
  const createPassword = () => randomBytes(16).toString('hex')
  const passwords = { owner: createPassword(), run: createPassword() }
  const access = await provisionService(stack.postgres.url, name.replace('-', '_'), passwords)
  await migrate(access.migrateDatabaseUrl, [messagingMigrations])
  const owner = await connect(access.migrateDatabaseUrl)
  await owner.query(tables)

  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const { issuer, audience } = issuerOf(stack)
  const server = await startNode({
    directory: join(directory, 'run', name),
    entry: fileURLToPath(new URL(`${name}.mjs`, import.meta.url)),
    readyUrl: `${url}/health/ready`,
    environment: {
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_URL: access.databaseUrl,
      JWT_PUBLIC_KEY: createPublicKey(stack.secrets.jwtPrivateKey).export({ type: 'spki', format: 'pem' }).toString(),
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
      ...environment,
    },
    log,
  })
  return {
    url,
    processes: processesOf(stack, server),
    process: server,
    owner,
    async stop() {
      await owner.end()
      await server.stop()
    },
  }
}
