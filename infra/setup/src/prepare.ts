import { type ExecFileException, execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createAcls, createTopics, type Kafka } from '@coursewire/messaging'
import { provisionService, type ServiceAccess } from '@coursewire/postgres'
import {
  type AppName,
  accessOfAll,
  appOf,
  type ClientName,
  type DatabaseName,
  databases,
  mailFeedback,
  snsTopic,
  tenant,
  topicsFor,
} from '@coursewire/product'
import type { Secrets } from './secrets.ts'

export type Databases = Record<DatabaseName, ServiceAccess>

/** The addresses of the servers for the apps. */
export interface Prepared {
  databases: Databases
  /** Runs enrollment-api's CLI with the secret on its standard input, and returns its output. */
  runAccountsCli: (args: string[], secret: string) => Promise<string>
}

const run = promisify(execFile)

const SNS_VERSION = '2010-03-31'
const CONFIRM_MS = 60_000

/** Finds a file of the built app in a checkout of this repository. */
export function appFile(checkout: string, app: AppName, file: string): string {
  return join(checkout, 'apps', app, 'dist', file)
}

/**
 * Creates what the apps need before they start: topics, databases and roles, tables, and the accounts that services use to call each other.
 * What exists is kept, and passwords are set to those in `secrets`.
 */
export async function prepareServers(servers: {
  postgresUrl: string
  kafka: Kafka
  /** The principal of each app on Kafka, with `{app}` for its name, as in `User:{app}`. Each gets the rights of its app. */
  principals?: string | undefined
  awsUrl: string
  /** The address at which email-worker hears what became of mails. */
  feedbackUrl: string
  secrets: Secrets
  /** The checkout whose apps create their tables and accounts. */
  checkout: string
}): Promise<Prepared> {
  const { kafka, principals, awsUrl, feedbackUrl } = servers
  const [prepared] = await Promise.all([
    prepareDatabases({ ...servers, tenant }),
    prepareAws(awsUrl, feedbackUrl),
    createTopics(kafka, topicsFor('local')),
    principals === undefined ? undefined : createAcls(kafka, accessOfAll(principals)),
  ])
  return prepared
}

/**
 * Creates databases and roles, tables, the tenant, and the accounts that services use to call each other. What exists is kept, and passwords
 * are set to those in `secrets`. The administrator in `postgresUrl` need not be a superuser.
 */
export async function prepareDatabases(options: {
  postgresUrl: string
  secrets: Pick<Secrets, 'databases' | 'clients'>
  tenant: string
  checkout: string
}): Promise<Prepared> {
  const { postgresUrl, secrets, tenant: owner, checkout } = options
  const created = await createDatabases(postgresUrl, secrets)
  await migrate(created, checkout)

  function runAccountsCli(args: string[], secret: string): Promise<string> {
    const env = { DATABASE_URL: created.enrollment.databaseUrl, DEFAULT_TENANT: owner }
    return runNode(appFile(checkout, 'enrollment-api', 'cli.js'), { args, env, input: secret })
  }
  await runAccountsCli(['create-tenant', '--tenant', owner, '--name', 'Coursewire', '--keep'], '')
  for (const [client, secret] of Object.entries(secrets.clients)) {
    const scopes = appOf(client as ClientName).scopes ?? []
    const scopeOption = scopes.length > 0 ? ['--scopes', scopes.join(',')] : []
    await runAccountsCli(['create-client', '--tenant', owner, '--client-id', client, ...scopeOption], secret)
  }
  return { databases: created, runAccountsCli }
}

async function createDatabases(adminUrl: string, secrets: Pick<Secrets, 'databases'>): Promise<Databases> {
  const create = async ({ database }: { database: DatabaseName }) => [
    database,
    await provisionService(adminUrl, database, secrets.databases[database]),
  ]
  return Object.fromEntries(await Promise.all(databases.map(create))) as Databases
}

/** Runs the migrations of each app of the checkout. An older checkout may lack some of the apps. */
export async function migrate(access: Databases, checkout: string): Promise<void> {
  const present = databases.filter(({ app }) => existsSync(join(checkout, 'apps', app)))
  await Promise.all(
    present.map(({ app, database }) =>
      runNode(appFile(checkout, app, 'migrate.js'), {
        env: { MIGRATE_DATABASE_URL: access[database].migrateDatabaseUrl },
      }),
    ),
  )
}

/** Runs a program to its end and returns what it prints. If it fails, the error says how it ended and what it printed. */
async function runNode(
  file: string,
  { args = [], env, input = '' }: { args?: string[]; env: NodeJS.ProcessEnv; input?: string },
): Promise<string> {
  const running = run(process.execPath, [file, ...args], { env: { ...process.env, ...env } })
  // Ignores that an ended program does not read; the error below says why it ended.
  running.child.stdin?.on('error', () => undefined).end(input)
  const { stdout } = await running.catch((cause: ExecFileException & { stdout: string; stderr: string }) => {
    const end = cause.signal ? `was ended by ${cause.signal}` : `ended with ${cause.code}`
    const said = `${cause.stderr}\n${cause.stdout}`.trim().slice(-1_500)
    throw new Error(`${file} ${end}${said ? ` and said: ${said}` : ' and said nothing'}`, { cause })
  })
  return stdout.trim()
}

/** Creates the topics of SNS, and has the local SES tell email-worker what becomes of mails. What exists is kept. */
async function prepareAws(awsUrl: string, feedbackUrl: string): Promise<void> {
  const { configurationSet, topic } = mailFeedback
  const askSns = (parameters: Record<string, string>) => askAws(awsUrl, { Version: SNS_VERSION, ...parameters })
  const askSes = (parameters: Record<string, string>) => askAws(awsUrl, { Version: '2010-12-01', ...parameters })
  for (const { name, arn } of [snsTopic, topic]) {
    const answer = await askSns({ Action: 'CreateTopic', Name: name })
    if (!answer.includes(`<TopicArn>${arn}</TopicArn>`))
      throw new Error(`The local SNS did not create ${arn}: ${answer}`)
  }
  await askSes({ Action: 'CreateConfigurationSet', 'ConfigurationSet.Name': configurationSet })
  await askSes({
    Action: 'CreateConfigurationSetEventDestination',
    ConfigurationSetName: configurationSet,
    'EventDestination.SNSDestination.TopicARN': topic.arn,
  })
  await subscribeToFeedback(awsUrl, feedbackUrl)
}

/** Has email-worker told what becomes of mails. Resolves to whether it has confirmed that; if not, it is asked to. */
async function subscribeToFeedback(awsUrl: string, feedbackUrl: string): Promise<boolean> {
  const request = { Action: 'Subscribe', TopicArn: mailFeedback.topic.arn, Protocol: 'http', Endpoint: feedbackUrl }
  return !(await askAws(awsUrl, { Version: SNS_VERSION, ...request })).includes('pending confirmation')
}

/** Waits until email-worker is told what becomes of mails. What happens before is told to nobody. Throws if that takes too long. */
export async function confirmFeedback(awsUrl: string, feedbackUrl: string): Promise<void> {
  const deadline = performance.now() + CONFIRM_MS
  while (!(await subscribeToFeedback(awsUrl, feedbackUrl))) {
    if (performance.now() > deadline)
      throw new Error(`${feedbackUrl} has not confirmed its subscription; see the log of email-worker`)
    await sleep(500)
  }
}

/** Returns the beginning of the answer. That something exists already is no failure. */
async function askAws(awsUrl: string, parameters: Record<string, string>): Promise<string> {
  const response = await fetch(awsUrl, { method: 'POST', body: new URLSearchParams(parameters) })
  const answer = (await response.text()).slice(0, 500)
  if (response.ok || answer.includes('AlreadyExists')) return answer
  throw new Error(`The local AWS answers ${parameters['Action']} with ${response.status}: ${answer}`)
}
