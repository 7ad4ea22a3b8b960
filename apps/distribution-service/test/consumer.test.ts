import type { EventEnvelope } from '@coursewire/events'
import { createKafka, createTopics, type KafkaSource, watchTopic } from '@coursewire/messaging'
import { type KafkaServer, ownKafka, ownPostgres, type PostgresServer, waitFor } from '@coursewire/servers'
import { migrate } from '@coursewire/service-kit'
import { aGeneratedCourse, aStagedCourse } from '@coursewire/testing'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Context, createContext } from '../src/context.ts'
import { migrations } from '../src/db/migrations.ts'
import { courses, distributions } from '../src/db/schema.ts'
import { createCaller, createConfig, createLogBook } from './helpers.ts'

// Servers of its own: the topics and the group have fixed names, and one of the tests stops the database.
const topic = 'course.events.v1'
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const logs = createLogBook()
const told: EventEnvelope<string, Record<string, unknown>>[] = []
const records: KafkaSource[] = []
const deadLetters: KafkaSource[] = []
const closers: (() => unknown)[] = []
let broker: KafkaServer
let postgres: PostgresServer
let kafka: ReturnType<typeof createKafka>
let producer: ReturnType<typeof kafka.producer>
let admin: ReturnType<typeof kafka.admin>
let ctx: Context
let caller: ReturnType<typeof createCaller>

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
    migrate(postgres.url, migrations),
  ])

  producer = kafka.producer()
  admin = kafka.admin()
  closers.push(() => Promise.all([producer.disconnect(), admin.disconnect()]))
  const readEvent = (record: KafkaSource) => {
    records.push(record)
    told.push(JSON.parse(String(record.value)))
  }
  const [events, letters] = await Promise.all([
    watchTopic(kafka, 'distribution.events.v1', readEvent),
    watchTopic(kafka, 'distribution-service.dlq', (record) => void deadLetters.push(record)),
    producer.connect(),
    admin.connect(),
  ])
  closers.push(() => Promise.all([events.close(), letters.close()]))

  ctx = await createContext(createConfig(postgres.url, broker.brokers), logs.logger)
  closers.push(() => ctx.close())
  ctx.messaging.start()
  caller = createCaller(ctx)
  closers.push(caller.close)
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

it('the same generation under two ids, on two partitions at once, makes one distribution', async () => {
  const fact = { course_id: 'twice' }
  const facts = [aGeneratedCourse(fact), aGeneratedCourse(fact)]
  const waitForEnds = () =>
    waitFor(async () => {
      const [group] = await admin.fetchOffsets({ groupId: 'distribution-service', topics: [topic] })
      const ends = await admin.fetchTopicOffsets(topic)
      return [0, 1].every((at) => {
        const end = ends.find(({ partition }) => partition === at)?.high
        return group?.partitions.some(({ partition, offset }) => partition === at && offset === end)
      })
    })

  await producer.send({
    topic,
    messages: facts.map((event, partition) => ({ key: 'twice', value: JSON.stringify(event), partition })),
  })
  await waitForEnds()

  expect(await readCourse('twice')).toHaveLength(1)
  const created = told.filter(
    ({ type, payload }) => type === 'distribution.created' && payload['course_id'] === 'twice',
  )
  expect(created).toHaveLength(1)
})

it('a repeated id with other content is a dead letter and has no effect', async () => {
  const event = aGeneratedCourse({ course_id: 'forged' })
  await publish(event)
  await waitForEvent(event, 'distribution.created')

  await publish({ ...event, payload: { ...event.payload, title: 'Something else' } } as typeof event)

  const letter = await waitFor(() => deadLetters.find(({ value }) => String(value).includes('Something else')))
  const headers = Object.fromEntries(letter.headers.map(([name, value]) => [name, String(value)]))
  expect(headers).toMatchObject({ 'x-error-code': 'event.mismatch' })
  expect(await readCourse('forged')).toMatchObject([{ title: 'Vertical Gardens' }])
})

it('a replayed event changes nothing', async () => {
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

it('an invalid payload is acknowledged, logged and dead-lettered, and delays no other', async () => {
  const valid = aGeneratedCourse({ course_id: 'invalid' })
  const invalid = JSON.stringify({ ...aGeneratedCourse(), id: 'broken', payload: { course_id: 'invalid', title: 7 } })
  const sent = producer.send({
    topic,
    messages: [invalid, JSON.stringify(valid)].map((value) => ({ key: 'invalid', value, partition: 0 })),
  })

  await sent

  await waitForEvent(valid, 'distribution.created')
  await waitForAcknowledgement()
  const letter = await waitFor(() => deadLetters.find(({ value }) => String(value) === invalid))
  expect(String(letter.key)).toBe('invalid')
  const headers = Object.fromEntries(letter.headers.map(([name, value]) => [name, String(value)]))
  expect(headers).toMatchObject({ 'x-original-topic': topic, 'x-error-code': 'record.invalid-payload' })
  expect(logs.find('Invalid event')).toMatchObject([{ eventId: 'broken', err: { code: 'record.invalid-payload' } }])
})

it('among generations that wait together, only the refused one is a dead letter', async () => {
  const large = aGeneratedCourse({ course_id: 'large' })
  await publish(large)
  await waitForEvent(large, 'distribution.created')
  // As it may have been before there were limits.
  await ctx.db
    .update(courses)
    .set({ description: 'a'.repeat(300_000) })
    .where(eq(courses.courseId, 'large'))
  const again = { course_id: 'large', description: '', completed_at: '2026-01-01T00:00:00Z' }
  const refused = aGeneratedCourse(again)
  const others = ['beside-1', 'beside-2'].map((course_id) => aGeneratedCourse({ course_id, title: 'Beside' }))
  const together = [others[0], refused, others[1]]

  await producer.send({
    topic,
    messages: together.map((event) => ({ key: 'together', value: JSON.stringify(event), partition: 0 })),
  })
  await waitForAcknowledgement()

  const letter = await waitFor(() => deadLetters.find(({ value }) => String(value).includes(refused.id)))
  const headers = Object.fromEntries(letter.headers.map(([name, value]) => [name, String(value)]))
  expect(headers).toMatchObject({ 'x-error-code': 'event.too-large' })
  for (const event of others) await waitForEvent(event, 'distribution.created')
  expect([await readCourse('beside-1'), await readCourse('beside-2')]).toMatchObject([
    [{ slug: 'beside' }],
    [{ slug: 'beside-2' }],
  ])
  expect(await readCourse('large')).toMatchObject([{ description: large.payload.description }])
})

describe('the work of editors', () => {
  const micros = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  /** Calls as an editor; `requestId` becomes the correlation id of what is told. */
  const call = (requestId: string, method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) =>
    caller.call(method, `/api/distributions${path}`, {
      roles: ['editor'],
      body,
      headers: { 'x-request-id': requestId, 'if-match': '*', traceparent },
    })

  /** The records that requests have led to, in the order of their partition; all of one key lie in one. */
  const recordsOf = (prefix: string, count: number) =>
    waitFor(() => {
      const found = records.flatMap((record) => {
        const event = JSON.parse(String(record.value)) as EventEnvelope<string, Record<string, unknown>>
        return event.meta.correlation_id.startsWith(prefix) ? [{ record, event }] : []
      })
      return found.length === count ? found : null
    })

  it('is on Kafka completely, keyed by the entry, with the request that caused it', async () => {
    const draft = { courseId: 'edited', title: 'Walls', description: 'Green.', language: 'en', targetGroup: ['all'] }
    const { body: made } = await call('walk-created', 'POST', '', draft)
    const { body: changed } = await call('walk-updated', 'PATCH', `/${made.id}`, { title: 'Moss' })
    const { body: published } = await call('walk-published', 'POST', `/${made.id}/publish`)
    const { body: child } = await call('walk-variant', 'POST', `/${made.id}/micro-niches`, { targetGroup: ['few'] })
    const { body: bumped } = await call('walk-bumped', 'POST', `/${made.id}/versions`, { changelog: 'New' })
    const { body: hidden } = await call('walk-unpublished', 'POST', `/${made.id}/unpublish`, { reason: 'old' })
    await call('walk-deleted', 'DELETE', `/${made.id}?variants=delete`)

    const found = await recordsOf('walk-', 9)

    const { id: distribution_id, slug, courseId: course_id, language } = made
    const created = { course_id, language, visibility: 'private', version: 'v1' }
    const deleted = { course_id, deleted_at: micros, deleted_by: 'person-1' }
    const expected = [
      [
        'walk-created',
        'created',
        made.id,
        {
          distribution_id,
          slug,
          ...created,
          title: 'Walls',
          target_group: ['all'],
          derived_from: null,
          created_at: made.createdAt,
        },
      ],
      [
        'walk-updated',
        'updated',
        made.id,
        {
          distribution_id,
          course_id,
          updated_fields: ['title', 'protected_fields'],
          old_values: { title: 'Walls', protected_fields: [] },
          new_values: { title: 'Moss', protected_fields: ['title'] },
          updated_at: changed.updatedAt,
        },
      ],
      [
        'walk-published',
        'published',
        made.id,
        {
          distribution_id,
          slug,
          course_id,
          title: 'Moss',
          language,
          target_group: ['all'],
          seo: { meta_title: 'Walls', meta_description: 'Green.', meta_keywords: ['all'] },
          published_at: published.updatedAt,
        },
      ],
      [
        'walk-variant',
        'created',
        child.id,
        {
          distribution_id: child.id,
          slug: child.slug,
          ...created,
          title: 'Moss',
          target_group: ['few'],
          derived_from: made.id,
          created_at: child.createdAt,
        },
      ],
      [
        'walk-variant',
        'micro_niche_created',
        child.id,
        {
          child_distribution_id: child.id,
          parent_distribution_id: made.id,
          parent_slug: slug,
          child_slug: child.slug,
          target_group_override: ['few'],
          title_override: null,
          created_at: child.createdAt,
        },
      ],
      [
        'walk-bumped',
        'version_bumped',
        made.id,
        { distribution_id, slug, old_version: 'v1', new_version: 'v2', bumped_at: bumped.updatedAt, changelog: 'New' },
      ],
      [
        'walk-unpublished',
        'unpublished',
        made.id,
        { distribution_id, slug, unpublished_at: hidden.updatedAt, reason: 'old' },
      ],
      ['walk-deleted', 'deleted', child.id, { distribution_id: child.id, slug: child.slug, ...deleted }],
      ['walk-deleted', 'deleted', made.id, { distribution_id, slug, ...deleted }],
    ] as const
    for (const key of [made.id, child.id]) {
      const ofKey = found.filter(({ record }) => String(record.key) === key)
      expect(ofKey.map(({ event }) => event)).toEqual(
        expected
          .filter(([, , id]) => id === key)
          .map(([correlation_id, type, , payload]) => ({
            id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
            type: `distribution.${type}`,
            timestamp: micros,
            payload,
            meta: {
              schema_version: '1.0',
              producer: 'course_distribution',
              source_module: 'course_distribution',
              tenant_id: 'acme',
              correlation_id,
              causation_id: null,
            },
            target: null,
          })),
      )
      expect(ofKey.map(({ event }) => event.timestamp)).toEqual(ofKey.map(({ event }) => event.timestamp).toSorted())
      for (const { record, event } of ofKey) {
        expect(Object.fromEntries(record.headers.map(([name, value]) => [name, String(value)]))).toMatchObject({
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_id: event.id,
          ce_type: event.type,
          ce_source: '/course_distribution',
          ce_time: event.timestamp,
          ce_tenantid: 'acme',
          ce_correlationid: event.meta.correlation_id,
          traceparent,
        })
      }
    }
  })

  it('lets visitors be counted in events with the running total and nothing about them', async () => {
    const draft = { courseId: 'visited', title: 'Ferns', description: 'Green.', language: 'en' }
    const { body: made } = await call('visit-created', 'POST', '', draft)
    await call('visit-published', 'POST', `/${made.id}/publish`)
    const headers = { 'user-agent': browser }
    const url = `/api/courses/${made.slug}`

    await caller.call('POST', `${url}/views`, { headers })
    await caller.call('POST', `${url}/enrollment-clicks`, { headers, body: { ctaType: 'banner' } })

    const types = ['distribution.viewed', 'distribution.enrollment_clicked']
    const found = await waitFor(() => {
      const events = told.filter(({ type, payload }) => types.includes(type) && payload['distribution_id'] === made.id)
      return events.length === 2 ? events.toSorted((a, b) => (a.type < b.type ? 1 : -1)) : null
    })
    const about = { distribution_id: made.id, slug: made.slug }
    const payloads = [
      { ...about, view_count: 1, viewed_at: micros, referrer_category: 'direct', referrer_view_count: 1 },
      { ...about, enrollment_count: 1, clicked_at: micros, cta_type: 'banner', cta_enrollment_count: 1 },
    ]
    expect(found).toEqual(
      types.map((type, index) => ({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
        type,
        timestamp: micros,
        payload: payloads[index],
        meta: {
          schema_version: '1.0',
          producer: 'course_distribution',
          source_module: 'course_distribution',
          tenant_id: 'acme',
          // No request caused it.
          correlation_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
          causation_id: null,
        },
        target: null,
      })),
    )
  })

  it('at the same moment is announced in the order of the commits', async () => {
    const { body } = await call('crowd-0', 'POST', '', { courseId: 'crowd', title: 'Walls', language: 'en' })
    const titles = Array.from({ length: 20 }, (_, n) => `Title ${n}`)

    await Promise.all(titles.map((title, n) => call(`crowd-${n + 1}`, 'PATCH', `/${body.id}`, { title })))

    const [, ...updates] = await recordsOf('crowd-', 21)
    const valuesOf = (side: 'old_values' | 'new_values') =>
      updates.map(({ event }) => (event.payload[side] as { title: string }).title)
    expect(valuesOf('old_values')).toEqual(['Walls', ...valuesOf('new_values').slice(0, -1)])
    expect(valuesOf('new_values').toSorted()).toEqual(titles.toSorted())
  })
})

it('while the database is down no event is acknowledged, and all are applied when it is back', async () => {
  const askHealth = async (name: string) => (await caller.call('GET', `/health/${name}`)).status
  const event = aGeneratedCourse({ course_id: 'delayed' })
  const letters = deadLetters.length
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
  expect(deadLetters).toHaveLength(letters)
})

it('while the database is down views are kept and clicks refused, and the views are announced when it is back', async () => {
  const headers = { 'user-agent': browser, referer: 'https://www.google.com/' }
  const draft = { courseId: 'seen', title: 'Seen', description: 'Green.', language: 'en' }
  const { body } = await caller.call('POST', '/api/distributions', { roles: ['editor'], body: draft })
  await caller.call('POST', `/api/distributions/${body.id}/publish`, { roles: ['editor'] })
  const url = `/api/courses/${body.slug}`

  await postgres.stop()
  for (let count = 0; count < 3; count += 1) {
    expect((await caller.call('POST', `${url}/views`, { headers })).status).toBe(202)
  }
  const click = await caller.call('POST', `${url}/enrollment-clicks`, { headers, body: { ctaType: 'banner' } })
  expect([click.status, click.headers['retry-after']]).toEqual([503, '2'])
  await waitFor(() => logs.find('Views cannot be written now').length > 0)
  await postgres.restart()

  const viewed = await waitFor(() =>
    told.find(({ type, payload }) => type === 'distribution.viewed' && payload['distribution_id'] === body.id),
  )
  expect(viewed.payload).toMatchObject({ view_count: 3, referrer_category: 'organic_search' })
  expect(told.filter(({ type, payload }) => type.endsWith('clicked') && payload['slug'] === body.slug)).toEqual([])
})
