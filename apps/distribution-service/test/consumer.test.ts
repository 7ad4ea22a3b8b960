import type { EventEnvelope } from '@coursewire/events'
import { createKafka, createTopics, type KafkaSource, watchTopic } from '@coursewire/messaging'
import {
  aGeneratedCourse,
  aStagedCourse,
  type KafkaServer,
  ownKafka,
  ownPostgres,
  type PostgresServer,
  waitFor,
} from '@coursewire/testing'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { type Context, createContext } from '../src/context.ts'
import { migrateDatabase } from '../src/db/migrations.ts'
import { distributions } from '../src/db/schema.ts'
import { createConfig, createLogBook } from './helpers.ts'

// Servers of its own: the topics and the group have fixed names, and one of the tests stops the database.
const topic = 'course.events.v1'
const logs = createLogBook()
const told: EventEnvelope<string, Record<string, unknown>>[] = []
const deadLetters: KafkaSource[] = []
const closers: (() => unknown)[] = []
let broker: KafkaServer
let postgres: PostgresServer
let kafka: ReturnType<typeof createKafka>
let producer: ReturnType<typeof kafka.producer>
let admin: ReturnType<typeof kafka.admin>
let ctx: Context

beforeAll(async () => {
  ;[broker, postgres] = await Promise.all([ownKafka(), ownPostgres()])
  closers.push(() => Promise.all([broker.stop(), postgres.stop()]))
  kafka = createKafka({ clientId: 'course-factory', brokers: broker.brokers, logger: createLogBook().logger })
  const topics = [topic, 'distribution.events.v1', 'distribution-service.dlq']
  const settings = { numPartitions: 3, replicationFactor: 1, configEntries: [] }
  await Promise.all([
    createTopics(
      kafka,
      topics.map((name) => ({ topic: name, ...settings })),
    ),
    migrateDatabase(postgres.url),
  ])

  producer = kafka.producer()
  admin = kafka.admin()
  closers.push(() => Promise.all([producer.disconnect(), admin.disconnect()]))
  const readEvent = ({ value }: KafkaSource) => void told.push(JSON.parse(String(value)))
  const [events, letters] = await Promise.all([
    watchTopic(kafka, 'distribution.events.v1', readEvent),
    watchTopic(kafka, 'distribution-service.dlq', (record) => void deadLetters.push(record)),
    producer.connect(),
    admin.connect(),
  ])
  closers.push(() => Promise.all([events.close(), letters.close()]))

  ctx = await createContext(createConfig(postgres.url, broker.brokers), { logger: logs.logger })
  closers.push(() => ctx.close())
})

afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

const send = (key: string, value: string) => producer.send({ topic, messages: [{ key, value, partition: 0 }] })
const publish = (event: EventEnvelope<string, { course_id: string }>) =>
  send(event.payload.course_id, JSON.stringify(event))

const readCourse = (courseId: string) => ctx.db.select().from(distributions).where(eq(distributions.courseId, courseId))

async function readOffset(): Promise<number> {
  const [group] = await admin.fetchOffsets({ groupId: 'distribution-service', topics: [topic] })
  return Number(group?.partitions.find(({ partition }) => partition === 0)?.offset)
}

/** Everything sent so far is done with: the group will not be given it again. */
async function waitForAcknowledgement(): Promise<void> {
  const ends = await admin.fetchTopicOffsets(topic)
  const end = Number(ends.find(({ partition }) => partition === 0)?.high)
  await waitFor(async () => (await readOffset()) === end, { message: 'the offset to be committed' })
}

const waitForEvent = (cause: EventEnvelope, type: string, count = 1) =>
  waitFor(() => {
    const found = told.filter((event) => event.type === type && event.meta.causation_id === cause.id)
    return found.length >= count ? found : null
  })

it('a generated course gets its distribution', async () => {
  const event = aGeneratedCourse({ course_id: 'created' })

  await publish(event)

  const [created] = await waitForEvent(event, 'distribution.created')
  await waitForAcknowledgement()
  expect(await readCourse('created')).toMatchObject([{ id: created?.payload.distribution_id, visibility: 'private' }])
  expect(logs.find('Started consuming events')).toMatchObject([{ topics: [topic] }])
})

it('a deployment to staging reaches all distributions of the course', async () => {
  const generation = aGeneratedCourse({ course_id: 'staged' })
  await publish(generation)
  await waitForEvent(generation, 'distribution.created')
  const [root] = await readCourse('staged')
  if (!root) throw new Error('No distribution to derive from')
  await ctx.db
    .insert(distributions)
    .values({ ...root, id: 'dist_variant', slug: 'variant', isGenerated: false, derivedFrom: root.id })
  const deployment = aStagedCourse({ course_id: 'staged', staging_url: 'https://staging.test/staged' })

  await publish(deployment)

  const updates = await waitForEvent(deployment, 'distribution.updated', 2)
  expect(new Set(updates.map(({ payload }) => payload.distribution_id))).toEqual(new Set([root.id, 'dist_variant']))
  const staging = { stagingUrl: 'https://staging.test/staged' }
  expect(await readCourse('staged')).toMatchObject([staging, staging])
})

it('the same event replayed changes nothing', async () => {
  const event = aGeneratedCourse({ course_id: 'replayed' })
  await publish(event)
  await waitForEvent(event, 'distribution.created')
  const before = await readCourse('replayed')

  await publish(event)
  await waitForAcknowledgement()

  expect(logs.find('Duplicate event, skipping')).toMatchObject([{ eventId: event.id }])
  expect(before).toHaveLength(1)
  expect(await readCourse('replayed')).toEqual(before)
})

it('an invalid payload is acknowledged, logged and dead-lettered, and holds nobody up', async () => {
  const valid = aGeneratedCourse({ course_id: 'invalid' })
  const invalid = JSON.stringify({ ...aGeneratedCourse(), id: 'broken', payload: { course_id: 'invalid', title: 7 } })
  const sent = producer.send({
    topic,
    messages: [invalid, JSON.stringify(valid)].map((value) => ({ key: 'invalid', value, partition: 0 })),
  })

  await sent

  await waitForEvent(valid, 'distribution.created')
  await waitForAcknowledgement()
  const letter = await waitFor(() => deadLetters[0])
  expect(String(letter.value)).toBe(invalid)
  expect(String(letter.key)).toBe('invalid')
  const headers = Object.fromEntries(letter.headers.map(([name, value]) => [name, String(value)]))
  expect(headers).toMatchObject({ 'x-original-topic': topic, 'x-error-code': 'record.invalid-payload' })
  expect(logs.find('Invalid event')).toMatchObject([{ eventId: 'broken', err: { code: 'record.invalid-payload' } }])
})

it('while the database is stopped nothing is acknowledged, and all is applied when it is back', async () => {
  const app = await buildApp(ctx)
  closers.push(() => app.close())
  const askHealth = async (name: string) => (await app.inject(`/health/${name}`)).statusCode
  const event = aGeneratedCourse({ course_id: 'delayed' })
  await waitForAcknowledgement()
  const before = await readOffset()
  expect([await askHealth('ready'), await askHealth('live')]).toEqual([200, 200])

  await postgres.stop()
  await publish(event)
  await waitFor(() => logs.find('Dependency still down').length >= 3, {
    message: 'the database to be asked for thrice',
  })

  expect(await readOffset()).toBe(before)
  expect([await askHealth('ready'), await askHealth('live')]).toEqual([503, 200])

  await postgres.restart()
  await waitForEvent(event, 'distribution.created')
  await waitForAcknowledgement()
  expect(await readOffset()).toBe(before + 1)
  expect(await readCourse('delayed')).toHaveLength(1)
  expect(deadLetters).toHaveLength(1)
})
