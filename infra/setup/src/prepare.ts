import { type ExecFileException, execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { topicsFor } from '@coursewire/kafka'
import { createTopics, type Kafka } from '@coursewire/messaging'
import { provisionService, type ServiceAccess } from '@coursewire/postgres'
import type { Secrets } from './secrets.ts'

export const tenant = 'local'

/** What the apps are told of the servers. */
export interface Prepared {
  databases: Record<keyof typeof apps, ServiceAccess>
  /** Of the SNS topic that enrolments are published on. */
  topicArn: string
  /** Runs enrollment-api's CLI, the secret on its standard input, and returns what it prints. */
  runAccountsCli: (args: string[], secret: string) => Promise<string>
}

const apps = {
  enrollment: 'enrollment-api',
  distribution: 'distribution-service',
  email: 'email-worker',
} as const
export type AppName = (typeof apps)[keyof typeof apps]

const run = promisify(execFile)
const { resolve } = createRequire(import.meta.url)

/** A file of the built app, here or in another checkout of this repository. */
export function appFile(app: AppName, file: string, checkout?: string): string {
  const folder = checkout ? join(checkout, 'apps', app) : dirname(resolve(`@coursewire/${app}/package.json`))
  return join(folder, 'dist', file)
}

/**
 * Makes what must be there before the apps start: topics, databases and roles, tables, and the accounts by which services
 * know each other. What exists is kept, and the passwords become those of `secrets`.
 */
export async function prepareServers(servers: {
  postgresUrl: string
  kafka: Kafka
  awsUrl: string
  secrets: Secrets
  /** Whose apps make their tables and accounts. */
  checkout?: string | undefined
}): Promise<Prepared> {
  const { postgresUrl, kafka, awsUrl, secrets, checkout } = servers
  const [databases, topicArn] = await Promise.all([
    createDatabases(postgresUrl, secrets),
    createSnsTopic(awsUrl),
    createTopics(kafka, topicsFor('local')),
  ])
  await migrate(databases, checkout)

  function runAccountsCli(args: string[], secret: string): Promise<string> {
    const env = { DATABASE_URL: databases.enrollment.databaseUrl, DEFAULT_TENANT: tenant }
    return runNode(appFile('enrollment-api', 'cli.js', checkout), { args, env, input: secret })
  }
  for (const [client, secret] of Object.entries(secrets.clients)) {
    await runAccountsCli(['create-client', '--tenant', tenant, '--client-id', client], secret)
  }
  return { databases, topicArn, runAccountsCli }
}

async function createDatabases(adminUrl: string, secrets: Secrets): Promise<Prepared['databases']> {
  const create = (name: keyof typeof apps) => provisionService(adminUrl, name, secrets.databases[name])
  const [enrollment, distribution, email] = await Promise.all([
    create('enrollment'),
    create('distribution'),
    create('email'),
  ])
  return { enrollment, distribution, email }
}

/** Each app makes its tables what it needs them to be. */
export async function migrate(databases: Prepared['databases'], checkout?: string): Promise<void> {
  const migrateOne = (name: keyof typeof apps) =>
    runNode(appFile(apps[name], 'migrate.js', checkout), {
      env: { MIGRATE_DATABASE_URL: databases[name].migrateDatabaseUrl },
    })
  await Promise.all([migrateOne('enrollment'), migrateOne('distribution'), migrateOne('email')])
}

/** Runs a program to its end and returns what it prints. If it fails, the error says how it ended and what it printed. */
async function runNode(
  file: string,
  { args = [], env, input = '' }: { args?: string[]; env: NodeJS.ProcessEnv; input?: string },
): Promise<string> {
  const running = run(process.execPath, [file, ...args], { env: { ...process.env, ...env } })
  // A program that has ended does not read; the error below says why it ended.
  running.child.stdin?.on('error', () => undefined).end(input)
  const { stdout } = await running.catch((cause: ExecFileException & { stdout: string; stderr: string }) => {
    const end = cause.signal ? `was ended by ${cause.signal}` : `ended with ${cause.code}`
    const said = `${cause.stderr}\n${cause.stdout}`.trim().slice(-1_500)
    throw new Error(`${file} ${end}${said ? ` and said: ${said}` : ' and said nothing'}`, { cause })
  })
  return stdout.trim()
}

/** Creating a topic that is there is finding it. */
async function createSnsTopic(awsUrl: string): Promise<string> {
  const response = await fetch(awsUrl, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'CreateTopic', Version: '2010-03-31', Name: 'enrollment-completed' }),
  })
  const [, arn] = /<TopicArn>(.*)<\/TopicArn>/.exec(await response.text()) ?? []
  if (!arn) throw new Error(`The local SNS made no topic: ${response.status}`)
  return arn
}
