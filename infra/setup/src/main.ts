// The one-shot service of docker-compose.yml: `servers` makes what must be there before the apps start, and tells each app its
// secrets in a volume of its own; `first-course` brings the first course into the running product. Both may be repeated.
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKafka } from '@coursewire/messaging'
import { createLogger } from '@coursewire/service-kit'
import { bringInFirstCourse, createTestStudent } from './first-course.ts'
import { prepareServers } from './prepare.ts'
import { keepSecrets } from './secrets.ts'

const volumes = '/run/coursewire'
/** As infra/docker/Dockerfile has the apps run. */
const APP_USER = 1000

const [command] = process.argv.slice(2)
const log = (line: string) => process.stdout.write(`${line}\n`)
const logger = createLogger({ service: 'setup', level: 'silent' })
const kafkaClient = createKafka({ clientId: 'setup', brokers: ['kafka:29092'], logger })
const secrets = keepSecrets(join(volumes, 'setup/secrets.json'))
const password = readFileSync(join(volumes, 'superuser/password'), 'utf8')

log('Creating topics, databases and roles, migrating')
const { databases, runAccountsCli } = await prepareServers({
  postgresUrl: `postgresql://postgres:${encodeURIComponent(password)}@postgres:5432/postgres`,
  kafka: kafkaClient,
  awsUrl: 'http://aws:8080',
  secrets,
})
if (command === 'first-course') {
  log('Creating accounts, bringing in the first course')
  await createTestStudent({ runAccountsCli })
  const urls = { enrollmentApi: 'http://enrollment-api:8080', distributionService: 'http://distribution-service:8080' }
  const { slug } = await bringInFirstCourse({ kafkaClient, urls, secrets, runAccountsCli })
  log(`It can be enrolled in: ${slug}`)
} else {
  writeSettings('enrollment-api', {
    DATABASE_URL: databases.enrollment.databaseUrl,
    JWT_PRIVATE_KEY: secrets.jwtPrivateKey,
    SERVICE_CLIENT_SECRET: secrets.clients['enrollment-api'],
  })
  writeSettings('distribution-service', { DATABASE_URL: databases.distribution.databaseUrl })
  writeSettings('email-worker', {
    DATABASE_URL: databases.email.databaseUrl,
    SERVICE_CLIENT_SECRET: secrets.clients['email-worker'],
  })
}

/** For `node --env-file`, readable by the app alone. */
function writeSettings(app: string, settings: Record<string, string>): void {
  const file = join(volumes, app, 'settings.env')
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`)
  writeFileSync(file, lines.join(''), { mode: 0o400 })
  chmodSync(file, 0o400)
  chownSync(file, APP_USER, APP_USER)
  log(`Settings of ${app} written`)
}
