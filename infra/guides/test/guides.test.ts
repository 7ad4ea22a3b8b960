import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { courseGenerationCompleted, distributionPublished, toKafkaRecord } from '@coursewire/events'
import {
  createKafka,
  createTopics,
  type KafkaSource,
  type OutsideRecord,
  publishRecords,
  watchTopic,
} from '@coursewire/messaging'
import { topicsFor } from '@coursewire/product'
import { query, runProgram } from '@coursewire/servers'
import { createLogger } from '@coursewire/service-kit'
import { aPublishedDistribution, createTestDatabase, uniqueName, waitFor } from '@coursewire/testing'
import { beforeAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest'
import { type Language, languages } from './languages.ts'

const schemas = fileURLToPath(new URL('../../../packages/events/schemas.json', import.meta.url))
const here = fileURLToPath(new URL('..', import.meta.url))
const tables = readFileSync(new URL('../src/schema.sql', import.meta.url), 'utf8')
const kafka = createKafka({
  clientId: 'test',
  brokers: inject('kafka').brokers,
  logger: createLogger({ service: 'test', level: 'silent' }),
})
const { topic } = distributionPublished
/** Exit codes of a program that has finished its work after SIGTERM. A JVM reports the signal even then. */
const ends = [0, 143]
const patience = { timeoutMs: 120_000, intervalMs: 100, message: 'the consumer to commit the end' }
const environment = { ...process.env, KAFKA_BROKERS: inject('kafka').brokers.join(','), SCHEMAS: schemas }

beforeAll(() => createTopics(kafka, topicsFor('local')))

describe.each(Object.keys(languages))('the guide in %s', (name) => {
  let language: Language
  let obstacle = ''

  beforeAll(async () => {
    await languages[name]?.().then(
      (found) => {
        language = found
      },
      (error: Error) => {
        obstacle = `no ${name}: ${error.message}`
      },
    )
  })
  beforeEach(({ skip }) => {
    // In CI a missing language is a failure, because nobody would notice the skip.
    if (obstacle && process.env['CI']) throw new Error(obstacle)
    if (obstacle) skip(obstacle)
  })

  it('consumes each event once, also one that comes again, and sets aside what nobody can read', async () => {
    const group = uniqueName('guide')
    const deadLetterTopic = `${group}.dlq`
    await createTopics(kafka, [{ topic: deadLetterTopic, numPartitions: 3, replicationFactor: 1, configEntries: [] }])
    const database = await createTestDatabase()
    onTestFinished(() => database.drop())
    await query(database.migrateDatabaseUrl, tables)
    const deadLetters: KafkaSource[] = []
    const watcher = await watchTopic(kafka, deadLetterTopic, (letter) => deadLetters.push(letter))
    onTestFinished(() => watcher.close())

    const { records, titles, unreadable } = buildRecords(group)
    await publishRecords(kafka, records)
    const readTitles = async () => {
      const rows = await query(
        database.databaseUrl,
        `SELECT title FROM news WHERE tenant_id = '${group}' ORDER BY title`,
      )
      return rows.map(({ title }) => title)
    }

    const consumer = startConsumer(language, group, database.databaseUrl)
    await consumer.hasRead()

    const setAside = () => deadLetters.filter(({ key }) => String(key) === group)
    expect(await readTitles()).toEqual(titles.toSorted())
    await waitFor(() => setAside().length >= unreadable.length)
    expect(setAside().map(({ value }) => value)).toEqual(unreadable.map(({ value }) => value))
    expect(setAside().map(({ headers }) => String(Object.fromEntries(headers)['x-original-topic']))).toEqual(
      unreadable.map(() => topic),
    )
    expect(ends).toContain(await consumer.stop())

    await rewind(group)
    const again = startConsumer(language, group, database.databaseUrl)
    await again.hasRead()

    expect(await readTitles()).toEqual(titles.toSorted())
    expect(ends).toContain(await again.stop())
  }, 300_000)

  it('produces an event as the contract describes it', async () => {
    const tenant = uniqueName('tenant')
    // The other hash of librdkafka puts this key elsewhere.
    const courseId = 'vertical-gardens'
    const records: KafkaSource[] = []
    const watcher = await watchTopic(kafka, courseGenerationCompleted.topic, (record) => records.push(record))
    onTestFinished(() => watcher.close())

    const { stdout } = await runProgram(
      language.command,
      [...language.argumentsOf('producer'), courseId, 'Größer denken'],
      { cwd: here, env: { ...environment, ...language.environment, TENANT: tenant } },
    )

    const record = await waitFor(() => records.find(({ value }) => value?.includes(tenant)))
    const event = JSON.parse(String(record.value))
    const meta = { tenantId: tenant, correlationId: event.meta.correlation_id, causationId: null }
    const built = courseGenerationCompleted.build(event.payload, meta, { id: event.id, at: event.timestamp })
    expect(event).toEqual(built)
    expect(String(record.key)).toBe(courseId)
    expect(event.payload).toMatchObject({ course_id: courseId, title: 'Größer denken' })
    const expected = toKafkaRecord(courseGenerationCompleted, built)
    expect(Object.fromEntries(record.headers.map(([header, value]) => [header, String(value)]))).toEqual(
      Object.fromEntries(expected.headers),
    )
    expect(stdout).toContain(`${event.id} is at partition ${record.partition}, offset ${record.offset}`)

    const [ours] = await publishRecords(kafka, [{ ...expected, key: courseId }])
    expect(ours?.partition).toBe(record.partition)
  })
})

/** Builds what a topic may hold, with the titles of the courses that are published there, each once, and the records that nobody can read. */
function buildRecords(tenantId: string) {
  const record = (value: Buffer): OutsideRecord => ({ topic, key: tenantId, value, headers: [] })
  const change = (changes: object, title = 'Never') =>
    record(Buffer.from(JSON.stringify({ ...aPublishedDistribution({ title }, { tenantId }), ...changes })))
  const first = aPublishedDistribution({ title: 'Äpfel & Bäume' }, { tenantId })
  const second = aPublishedDistribution({ title: 'Bread' }, { tenantId })
  const unknownFields = { ...second, more: 1, payload: { ...second.payload, seats: 12 } }
  const unreadable = [
    record(Buffer.from('not JSON')),
    record(Buffer.from([0x22, 0xff, 0x22])),
    record(Buffer.from('[]')),
    change({ id: null }),
    change({ meta: { ...first.meta, schema_version: '2.0' } }),
    change({ payload: { ...first.payload, slug: undefined } }),
  ]
  const records = [
    { ...toKafkaRecord(distributionPublished, first), key: tenantId },
    ...unreadable,
    change({ type: 'distribution.imagined' }),
    change({ target: 'somebody-else' }),
    record(Buffer.from(JSON.stringify(first, null, 2))),
    record(Buffer.from(JSON.stringify(unknownFields))),
  ]
  return { records, titles: [first, second].map(({ payload }) => payload.title), unreadable }
}

/** Starts the consumer of a guide. It is ended with the test. */
function startConsumer(language: Language, group: string, databaseUrl: string) {
  const { command, argumentsOf, toDatabaseUrl = (url) => url } = language
  const child = spawn(command, argumentsOf('consumer'), {
    cwd: here,
    env: { ...environment, ...language.environment, GROUP_ID: group, DATABASE_URL: toDatabaseUrl(databaseUrl) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return {
    /** Resolves when it has committed the end of the topic. */
    async hasRead(): Promise<void> {
      await waitFor(async () => {
        if (child.exitCode !== null) throw new Error(`The consumer has ended: ${said}`)
        return isAtEnd(group)
      }, patience)
    },
    /** Ends it as an operator would. Resolves to its exit code. */
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      return child.exitCode
    },
  }
}

async function isAtEnd(groupId: string): Promise<boolean> {
  return withAdmin(async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic)
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
    const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, offset]))
    return ends.every(({ partition, high, low }) => high === low || offsets.get(partition) === high)
  })
}

/** Has a group that nobody is in read everything again. */
function rewind(groupId: string): Promise<void> {
  return withAdmin((admin) => admin.resetOffsets({ groupId, topic, earliest: true }))
}

async function withAdmin<Answer>(ask: (admin: ReturnType<typeof kafka.admin>) => Promise<Answer>): Promise<Answer> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await ask(admin)
  } finally {
    await admin.disconnect()
  }
}
