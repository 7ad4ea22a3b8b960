// The one-shot services of docker-compose.yml. `servers` creates what the apps need before they start, and gives each service its secrets
// in its own volume. `first-course` brings the first course into the running product and prints how to try it. On AWS, `databases` creates
// what is in the databases; its secrets come from the environment. All of them may be repeated.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKafka, toKafkaSettings } from '@coursewire/messaging'
import {
  appNames,
  feedbackUrlOf,
  portVariable,
  secretNames,
  secretSettingsOf,
  secretVariable,
  urlsBy,
} from '@coursewire/product'
import { createLogger, kafkaConfig, loadConfig, runTask } from '@coursewire/service-kit'
import { z } from 'zod'
import { createEditorAccount } from './editor.ts'
import { createTestStudent, publishFirstCourse } from './first-course.ts'
import { confirmFeedback, prepareDatabases, prepareServers } from './prepare.ts'
import { keepSecrets } from './secrets.ts'
import { describePlaces } from './try-it.ts'

const serversConfig = z.object({
  ...kafkaConfig,
  /** Whom each app is to Kafka, such as `User:{app}`. Only needed if the brokers have an authorizer. */
  KAFKA_PRINCIPALS: z.string().optional(),
  AWS_URL: z.url(),
  EMAIL_WORKER_URL: z.url(),
  /** The URL without its password, which is in the file. */
  POSTGRES_URL: z.url(),
  POSTGRES_PASSWORD_FILE: z.string(),
  /** A directory for the secrets, and one for the settings of each service. */
  SETTINGS_DIR: z.string(),
})
/** The image of `setup` has the apps where a checkout has them. */
const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const firstCourseConfig = z.object({
  ...kafkaConfig,
  ENROLLMENT_API_URL: z.url(),
  DISTRIBUTION_SERVICE_URL: z.url(),
  AWS_URL: z.url(),
  EMAIL_WORKER_URL: z.url(),
  EDITOR_PASSWORD: z.string(),
})
const portsConfig = z.object(
  Object.fromEntries([...appNames, 'aws'].map((name) => [portVariable(name), z.coerce.number().int()])),
)

const { databases: databaseSecrets, clients: clientSecrets } = secretNames
const databasesConfig = z.object({
  /** The URL without its password, which is in the other variable. */
  POSTGRES_URL: z.url(),
  POSTGRES_PASSWORD: z.string(),
  DEFAULT_TENANT: z.string(),
})
const secretsConfig = z.object(
  Object.fromEntries(
    [...Object.values(databaseSecrets).flatMap(({ owner, run }) => [owner, run]), ...Object.values(clientSecrets)].map(
      (name) => [secretVariable(name), z.string()],
    ),
  ),
)

const log = (line: string) => process.stdout.write(`${line}\n`)
const logger = createLogger({ service: 'setup', level: 'warn' })

async function prepare(): Promise<void> {
  const config = loadConfig(serversConfig, process.env)
  const secrets = keepSecrets(join(config.SETTINGS_DIR, 'setup/secrets.json'))
  const postgresUrl = new URL(config.POSTGRES_URL)
  postgresUrl.password = encodeURIComponent(readFileSync(config.POSTGRES_PASSWORD_FILE, 'utf8'))

  log('Creating topics, databases and roles, running migrations, creating accounts')
  const { databases, runAccountsCli } = await prepareServers({
    postgresUrl: postgresUrl.href,
    kafka: createKafka(toKafkaSettings('setup', config, logger)),
    principals: config.KAFKA_PRINCIPALS,
    awsUrl: config.AWS_URL,
    feedbackUrl: feedbackUrlOf(config.EMAIL_WORKER_URL),
    secrets,
    checkout,
  })
  await createTestStudent({ runAccountsCli })
  await createEditorAccount({ runAccountsCli }, secrets)

  const write = (service: string, settings: Record<string, string>) =>
    writeSettings(join(config.SETTINGS_DIR, service, 'settings.env'), settings)
  for (const app of appNames) write(app, secretSettingsOf(app, secrets, databases))
  write('first-course', { EDITOR_PASSWORD: secrets.editorPassword })
}

/** Formats the settings for `node --env-file`. */
function writeSettings(file: string, settings: Record<string, string>): void {
  if (existsSync(file)) chmodSync(file, 0o600)
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`)
  writeFileSync(file, lines.join(''), { mode: 0o600 })
  chmodSync(file, 0o400)
  log(`Written: ${file}`)
}

async function bringIn(): Promise<void> {
  const config = loadConfig(firstCourseConfig, process.env)
  log('Bringing in the first course')
  await confirmFeedback(config.AWS_URL, feedbackUrlOf(config.EMAIL_WORKER_URL))
  const { slug } = await publishFirstCourse({
    kafkaClient: createKafka(toKafkaSettings('first-course', config, logger)),
    urls: { enrollmentApi: config.ENROLLMENT_API_URL, distributionService: config.DISTRIBUTION_SERVICE_URL },
    secrets: { editorPassword: config.EDITOR_PASSWORD },
  })
  const ports = loadConfig(portsConfig, process.env)
  const urlOf = (name: string) => `http://localhost:${ports[portVariable(name)]}`
  const places = describePlaces({ ...urlsBy(urlOf), aws: urlOf('aws') }, slug)
  log(`${places}\ndocker compose down stops everything; the data stays. With -v it is deleted.`)
}

async function prepareOnAws(): Promise<void> {
  const config = loadConfig(databasesConfig, process.env)
  const secrets = loadConfig(secretsConfig, process.env)
  const read = (name: string) => secrets[secretVariable(name)] ?? ''
  const postgresUrl = new URL(config.POSTGRES_URL)
  postgresUrl.password = encodeURIComponent(config.POSTGRES_PASSWORD)
  log('Creating databases and roles, running migrations, creating accounts')
  await prepareDatabases({
    postgresUrl: postgresUrl.href,
    secrets: {
      databases: mapValues(databaseSecrets, ({ owner, run }) => ({ owner: read(owner), run: read(run) })),
      clients: mapValues(clientSecrets, read),
    },
    tenant: config.DEFAULT_TENANT,
    checkout,
  })
  log('Done')
}

function mapValues<Key extends string, From, To>(record: Record<Key, From>, change: (value: From) => To) {
  const entries = Object.entries<From>(record).map(([key, value]) => [key, change(value)])
  return Object.fromEntries(entries) as Record<Key, To>
}

const tasks: Record<string, () => Promise<void>> = {
  servers: prepare,
  'first-course': bringIn,
  databases: prepareOnAws,
}
const name = process.argv[2] ?? ''
const task = tasks[name]
if (!task) throw new Error(`Name what to do, not "${name}": ${Object.keys(tasks).join(', ')}`)
await runTask(task)
