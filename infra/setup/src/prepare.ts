import { execFile } from 'node:child_process'
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

  async function runAccountsCli(args: string[], secret: string): Promise<string> {
    const cli = run(process.execPath, [appFile('enrollment-api', 'cli.js', checkout), ...args], {
      env: { ...process.env, DATABASE_URL: databases.enrollment.databaseUrl, DEFAULT_TENANT: tenant },
    })
    cli.child.stdin?.end(secret)
    return (await cli).stdout.trim()
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
    run(process.execPath, [appFile(apps[name], 'migrate.js', checkout)], {
      env: { ...process.env, MIGRATE_DATABASE_URL: databases[name].migrateDatabaseUrl },
    })
  await Promise.all([migrateOne('enrollment'), migrateOne('distribution'), migrateOne('email')])
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
