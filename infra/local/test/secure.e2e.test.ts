import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAcls, createKafka, createTopics, type Kafka, publishRecords } from '@coursewire/messaging'
import { type AppName, accessOf, appNames, consumers, databases, topicsFor, topicsReadBy } from '@coursewire/product'
import {
  createCertificates,
  findFreePort,
  findSecureObstacle,
  ownSecureKafka,
  query,
  runProgram,
  type SecureKafka,
  type ServerProcess,
  waitFor,
} from '@coursewire/servers'
import { createLogger, withDatabase } from '@coursewire/service-kit'
import { bringInFirstCourse, firstCourse } from '@coursewire/setup'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { imagineLearner, takeJourney, watchEnrollments } from '../src/journey.ts'
import { type AppStarter, type Base, startBase } from '../src/stack.ts'

// In CI a missing program is a failure, because nobody would notice the skip.
const obstacle = process.env['CI'] ? null : await findSecureObstacle()
const insightsCli = fileURLToPath(new URL('../../../apps/insights/dist/cli.js', import.meta.url))
const topics = topicsFor('local').map(({ topic }) => topic)

describe('on a Kafka with TLS, passwords and ACLs, and a Postgres with TLS', () => {
  let directory = ''
  let kafka: SecureKafka
  let stack: Base & AppStarter
  let apps: Record<AppName, ServerProcess>

  beforeAll(async () => {
    if (obstacle) return
    directory = await mkdtemp(join(tmpdir(), 'coursewire-secure-'))
    kafka = await ownSecureKafka({ users: appNames })
    stack = await startBase({
      directory,
      isTemporary: true,
      postgres: { requiresTls: true },
      secureKafka: kafka,
      log: (line) => process.stdout.write(`${line}\n`),
    })
    const started = await Promise.all(appNames.map(async (app) => [app, await stack.startApp(app)] as const))
    apps = Object.fromEntries(started) as typeof apps
    await bringInFirstCourse(stack)
  }, 600_000)
  beforeEach(({ skip }) => {
    if (obstacle) skip(obstacle)
  })
  afterAll(async () => {
    await stack?.stop()
    if (directory) await rm(directory, { recursive: true, force: true })
  })

  /** Kafka as an app sees it, by a client that gives up at the first refusal. */
  function clientOf(app: AppName): Kafka {
    return createKafka(
      {
        clientId: 'test',
        brokers: kafka.brokers,
        ssl: { ca: readFileSync(kafka.ca) },
        sasl: { mechanism: 'scram-sha-512', ...kafka.loginOf(app) },
        logger: createLogger({ service: 'test', level: 'silent' }),
      },
      { retry: { retries: 0 } },
    )
  }

  const writeAs = (app: AppName, topic: string) =>
    publishRecords(clientOf(app), [{ topic, key: null, value: Buffer.from('forged'), headers: [] }])

  /** Reads a topic as a member of a group. Rejects with the refusal, and resolves when it is in the group and a fetch was answered. */
  async function readAs(app: AppName, groupId: string, topic: string): Promise<void> {
    const consumer = clientOf(app).consumer({ groupId })
    try {
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await fetchOnce(consumer)
    } finally {
      await consumer.disconnect()
    }
  }

  it('a stranger gets a course and the welcome mail', async () => {
    const product = { ...stack, apps }
    const events = await watchEnrollments(product)
    const learner = imagineLearner()
    const steps: string[] = []
    const journey = takeJourney(product, { learner, courseId: firstCourse.course_id, onKafka: events.records })
    for await (const { name } of journey) steps.push(name)
    await events.close()

    expect(steps.at(-1)).toBe('mail in the inbox')
  })

  it('each app consumes the topics that it may read, and no others', async () => {
    const admin = stack.kafkaClient.admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())

    const groups = await waitFor(async () => {
      const described = await admin.describeGroups(consumers)
      return described.groups.every(({ state }) => state === 'Stable') && described.groups
    })

    // A member's metadata names its topics, and nothing else that is named like one.
    const consumed = groups.map(({ groupId, members }) => [
      groupId,
      topics.filter((topic) => members.some(({ memberMetadata }) => memberMetadata.includes(topic))).toSorted(),
    ])
    expect(Object.fromEntries(consumed)).toEqual(
      Object.fromEntries(consumers.map((app) => [app, topicsReadBy(app).toSorted()])),
    )
  })

  it('insights makes its tables anew with the rights that it has while it runs', async () => {
    const env = {
      ...stack.environmentOf('insights'),
      MIGRATE_DATABASE_URL: stack.databases.insights.migrateDatabaseUrl,
    }

    const { stdout } = await runProgram(process.execPath, [insightsCli, 'rebuild'], { env })

    expect(stdout).toMatch(/^Replaced everything/)
  })

  describe.each(appNames)('%s', (app) => {
    const may = (operation: string) =>
      accessOf(app).flatMap((access) => (access.operation === operation ? access.name : []))
    const notMine = (mine: string[]) => topics.filter((topic) => !mine.includes(topic))

    it('cannot write to the topics of others', async () => {
      for (const topic of notMine(may('WRITE')))
        await expect(writeAs(app, topic)).rejects.toThrow('Topic authorization failed')
    })

    it('cannot read what it does not listen to', async () => {
      for (const topic of notMine(topicsReadBy(app)))
        await expect(readAs(app, `${app}.test`, topic)).rejects.toThrow('Topic authorization failed')
    })

    it('cannot join the groups of others', async () => {
      const [topic = ''] = topicsReadBy(app)
      await readAs(app, `${app}.test`, topic)

      // kafkajs does not pass the broker's reason on.
      for (const other of appNames.filter((name) => name !== app))
        await expect(readAs(app, `${other}.test`, topic)).rejects.toThrow('Failed to find group coordinator')
    })

    it('can create and delete no topic, and give no rights', async () => {
      const kafkaAsApp = clientOf(app)
      const [topic = ''] = topicsReadBy(app)
      const placement = { numPartitions: 1, replicationFactor: 1, configEntries: [] }
      const right = { operation: 'WRITE', resource: 'TOPIC', name: topic, pattern: 'LITERAL' } as const
      const admin = kafkaAsApp.admin()
      await admin.connect()
      onTestFinished(() => admin.disconnect())

      await expect(createTopics(kafkaAsApp, [{ topic: `${app}.new`, ...placement }])).rejects.toMatchObject({
        errors: [{ type: 'TOPIC_AUTHORIZATION_FAILED' }],
      })
      await expect(admin.deleteTopics({ topics: [topic] })).rejects.toMatchObject({
        type: 'TOPIC_AUTHORIZATION_FAILED',
      })
      await expect(createAcls(kafkaAsApp, [{ ...right, principal: `User:${app}` }])).rejects.toMatchObject({
        type: 'CLUSTER_AUTHORIZATION_FAILED',
      })
    })
  })

  describe('Postgres', () => {
    /** The address of enrollment-api's database, with another way to connect. */
    function addressWith(parameters: Record<string, string>): string {
      const url = new URL(stack.databases.enrollment.databaseUrl)
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return url.href
    }
    const connect = (url: string) => withDatabase('test', url, (db) => db.execute('SELECT'))

    it('has only encrypted connections, from every app', async () => {
      const connections = await query(
        stack.postgres.url,
        `SELECT DISTINCT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE backend_type = 'client backend' AND usename <> 'postgres' ORDER BY usename`,
      )

      expect(connections).toEqual(
        databases
          .map(({ database }) => database)
          .toSorted()
          .map((usename) => ({ usename, ssl: true })),
      )
    })

    it('refuses a client without TLS', async () => {
      await expect(connect(addressWith({}))).resolves.toBeDefined()
      await expect(connect(addressWith({ sslmode: 'disable', sslrootcert: '' }))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('no encryption') },
      })
    })

    it('is refused by a client that trusts another CA', async () => {
      const other = await createCertificates(await mkdtemp(join(directory, 'other-')))

      await expect(connect(addressWith({ sslrootcert: other.ca }))).rejects.toMatchObject({
        cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      })
    })
  })

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['a wrong password', { KAFKA_SASL_PASSWORD: 'wrong' }, 'KAFKA_SASL_PASSWORD'],
    ['no TLS', { KAFKA_SSL: 'false' }, 'KAFKA_SSL'],
    ['an unknown CA', { NODE_EXTRA_CA_CERTS: '' }, 'NODE_EXTRA_CA_CERTS'],
    ['the rights of another app', { KAFKA_SASL_USERNAME: 'web' }, 'KAFKA_PRINCIPALS'],
  ])('an app that comes with %s says in its log what to do', async (name, wrong, advice) => {
    const environment =
      'KAFKA_SASL_USERNAME' in wrong ? { ...wrong, KAFKA_SASL_PASSWORD: kafka.loginOf('web').password } : wrong
    const app = await stack.startApp('enrollment-api', { name, port: await findFreePort(), environment })
    onTestFinished(() => app.stop())

    const log = join(directory, 'run', name, 'server.log')
    const lines = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line): { advice?: string } => JSON.parse(line))
    const advised = await waitFor(() => lines().find((line) => line.advice), { message: `advice in ${log}` })

    expect(advised).toMatchObject({ level: 'warn', advice: expect.stringContaining(advice) })
  })
})

function fetchOnce(consumer: ReturnType<Kafka['consumer']>): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => reject(error))
    consumer.on(consumer.events.FETCH, () => resolve())
    consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() }).catch(reject)
  })
}
