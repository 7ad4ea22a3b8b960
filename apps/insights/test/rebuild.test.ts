import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventEnvelope } from '@coursewire/events'
import { createKafka, createTopics, publishRecords, startConsumer, watchTopic } from '@coursewire/messaging'
import { topicsFor } from '@coursewire/product'
import { ownKafka } from '@coursewire/servers'
import { createDatabase, createPool, runCommandLine } from '@coursewire/service-kit'
import {
  aCancelledEnrollment,
  anEnrollment,
  anErasedAccount,
  aPublishedDistribution,
  createTestDatabase,
  waitFor,
} from '@coursewire/testing'
import { expect, onTestFinished, test } from 'vitest'
import { service } from '../src/config.ts'
import { handlers } from '../src/consumer.ts'
import { createInsights } from '../src/rebuild/insights.ts'
import { aClick, aDeletion, aDistribution, anExperimentChange, aView, logger } from './helpers.ts'

const topicOf = ({ type }: EventEnvelope) => `${type.split('.')[0]}.events.v1`
const ofAnother = (line: object) => JSON.parse(JSON.stringify(line).replaceAll('"acme"', '"globex"')) as object

/** Every kind of event, some twice and some late. */
function tellStory(): EventEnvelope[] {
  const at = (day: number, hour: number) =>
    `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30:00Z`
  const days = Array.from({ length: 9 }, (_, index) => index + 1)
  const events = days.flatMap((day) => [
    aView('dist_1', at(day, 23), {
      views: 10 * day,
      referrerViews: 4 * day,
      ctaType: 'primary_button',
      ctaViews: 9 * day,
    }),
    aView('dist_2', at(day, 1), { views: 3 * day, referrer: 'email', referrerViews: 3 * day }),
    aClick('dist_1', at(day, 22), 2 * day, day),
    anEnrollment({
      course_id: 'course-1',
      distribution_id: 'dist_1',
      cta_type: 'primary_button',
      enrolled_at: at(day, 22),
    }),
    anEnrollment({ course_id: 'course-2', student_id: `usr_${day}`, enrolled_at: at(day, 4), source: 'gift' }),
    anEnrollment({ course_id: 'course-3', student_id: `usr_${day}`, enrolled_at: at(day, 5) }),
    aCancelledEnrollment({ course_id: 'course-1', cancelled_at: at(day, 23) }),
  ])
  const late = [events[0], events[4], events[10]].filter((event) => event !== undefined)
  return [
    aDistribution('dist_1'),
    anExperimentChange('dist_1', at(2, 0), {
      arms: ['primary_button', 'trial'].map((cta_type) => ({ label: 'Start', cta_type })),
      split: [1, 1],
      ends_at: at(9, 0),
    }),
    ...events.slice(0, 24),
    ...late,
    ...events.slice(24),
    aDistribution('dist_2', { derived_from: 'dist_1' }),
    aPublishedDistribution({ distribution_id: 'dist_1', course_id: 'course-1', title: 'New', published_at: at(2, 2) }),
    aDeletion('dist_2'),
  ]
}

/** `erases` is the account that is erased in the end. */
async function startWorld({ erases }: { erases?: string } = {}) {
  // Other tests use topics of these names too.
  const [kafka, database] = await Promise.all([ownKafka(), createTestDatabase()])
  const client = createKafka({ clientId: 'test', brokers: kafka.brokers, logger })
  await createTopics(client, topicsFor('local'))
  const pool = createPool({ url: database.databaseUrl, max: 5, name: 'test', logger })
  const db = createDatabase(pool)
  const directory = await mkdtemp(join(tmpdir(), 'insights-'))
  onTestFinished(async () => {
    await pool.end()
    await Promise.all([database.drop(), kafka.stop(), rm(directory, { recursive: true })])
  })
  const events = tellStory()
  const publish = (given: EventEnvelope[]) =>
    publishRecords(
      client,
      given.map((event) => ({
        topic: topicOf(event),
        key: event.type,
        value: Buffer.from(JSON.stringify(event)),
        headers: [],
      })),
    )
  await publish(events)
  await pool.query(`INSERT INTO tenants VALUES ('acme', 'Asia/Tokyo')`)
  const { name, version } = service
  const settings = { clientId: 'test', brokers: kafka.brokers, logger }
  const consumer = startConsumer({
    kafka: settings,
    name,
    serviceVersion: version,
    db,
    handlers,
    logger,
    onCommitted: () => undefined,
    onFatal: (error) => expect.unreachable(error.message),
  })
  onTestFinished(() => consumer.close())
  const whenConsumed = async () => {
    const distinct = new Set(events.map(({ id }) => id)).size
    await waitFor(async () => (await db.$client.query('SELECT FROM event_dedup')).rowCount === distinct)
    return distinct
  }
  await whenConsumed()
  if (erases !== undefined) {
    const erasure = anErasedAccount({ account_id: erases })
    events.push(erasure)
    await publish([erasure])
  }
  const distinct = await whenConsumed()

  // As audit-log does, which stores an event once, as it came first.
  const stored = new Map<string, object>()
  const watchers = await Promise.all(
    [...new Set(events.map(topicOf))].map((name) =>
      watchTopic(client, name, ({ topic, partition, offset, value }) => {
        const event = JSON.parse(String(value)) as EventEnvelope
        if (!stored.has(event.id)) stored.set(event.id, { topic, partition, offset, event })
      }),
    ),
  )
  await waitFor(() => stored.size === distinct)
  await Promise.all(watchers.map((watcher) => watcher.close()))

  const out: string[] = []
  const print = (text: string) => void out.push(text)
  const env = { MIGRATE_DATABASE_URL: database.migrateDatabaseUrl, KAFKA_BROKERS: kafka.brokers.join(',') }
  const terminal = { env, print, note: print }
  const tables = [
    'tenants',
    'pages',
    'totals',
    'enrollments',
    'experiments',
    'cta_totals',
    'first_joins',
    'learner_courses',
    'learner_counts',
    'course_counts',
    'course_pairs',
  ]
  return {
    db,
    /** Writes the lines that audit-log would export of these events, and of what they were read from. */
    writeHistory: async (change: (lines: object[]) => object[] = (lines) => lines): Promise<string> => {
      const appendedAt = '2026-03-10T00:00:00.000000Z'
      const lines = [...stored.values()].map((line, index) => ({
        id: String(index + 1),
        appendedAt,
        deadLetter: null,
        ...line,
      }))
      const file = join(directory, 'history.ndjson')
      await writeFile(
        file,
        change(lines)
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      )
      return file
    },
    /** Lets Kafka forget everything. */
    forget: async (): Promise<void> => {
      const admin = client.admin()
      await admin.connect()
      for (const topic of new Set(events.map(topicOf))) {
        const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
          partition,
          offset: high,
        }))
        await admin.deleteTopicRecords({ topic, partitions })
      }
      await admin.disconnect()
    },
    readAll: async (): Promise<Record<string, unknown[]>> => {
      const read = async (table: string) => (await db.$client.query(`SELECT * FROM ${table} ORDER BY ${table}`)).rows
      return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await read(table)])))
    },
    run: async (...args: string[]) => {
      out.length = 0
      const code = await runCommandLine(createInsights(terminal), args, terminal)
      return { code, out: out.join('\n') }
    },
  }
}

test('all tables are made as the consumer has made them, from Kafka or from the audit log', async () => {
  const { db, writeHistory, forget, readAll, run } = await startWorld()
  const made = await readAll()
  expect(Object.values(made).every((rows) => rows.length > 0)).toBe(true)
  const damage = () =>
    db.$client.query(`DELETE FROM pages; DELETE FROM totals; UPDATE enrollments SET joined = joined + 5`)
  await damage()

  const fromKafka = await run('rebuild')
  expect(await readAll()).toEqual(made)
  await damage()
  await forget()
  const fromLog = await run('rebuild', '--history', await writeHistory())

  for (const { code, out } of [fromKafka, fromLog])
    expect([code, out]).toEqual([0, expect.stringContaining('Replaced everything')])
  expect(await readAll()).toEqual(made)
})

test('without the audit log only the days that Kafka has are made anew, and this is said', async () => {
  const { forget, readAll, run } = await startWorld()
  const made = await readAll()
  await forget()

  const { code, out } = await run('rebuild')

  expect(code).toBe(0)
  expect(out).toMatch(/Days before \d{4}-\d\d-\d\d stay as they are/)
  expect(out).toMatch(/Replaced the days from \d{4}-\d\d-\d\d on; those before stay as they were/)
  expect(await readAll()).toEqual(made)
})

test('an export that is not whole, not in order or none at all changes nothing', async () => {
  const { writeHistory, forget, readAll, run } = await startWorld()
  const made = await readAll()
  await forget()
  const tryAll = [
    [(lines: object[]) => lines.slice(0, 5), /The \d+ records of \S+ before \d+ are in neither/],
    [(lines: object[]) => lines.map(ofAnother), /acme would have nothing left in/],
    [(lines: object[]) => [...lines, ...lines], /Line \d+ of \S+ is not in the order of the audit log/],
    [(lines: object[]) => [...lines, { any: 1 }], /Line \d+ of \S+ is no record of the audit log/],
  ] as const

  for (const [change, message] of tryAll) {
    const { code, out } = await run('rebuild', '--history', await writeHistory(change))
    expect([code, out]).toEqual([1, expect.stringMatching(message)])
  }
  expect(await readAll()).toEqual(made)
})

test('an account that was erased is not brought back', async () => {
  const { db, writeHistory, run } = await startWorld({ erases: 'usr_4' })
  const readErased = async () =>
    (
      await db.$client.query(`SELECT student_id AS id FROM learner_courses WHERE student_id IN ('usr_4', 'usr_5') AND course_id = 'course-2'
                              UNION ALL SELECT account_id FROM erased_accounts`)
    ).rows
  const remembered = [{ id: 'usr_5' }, { id: 'usr_4' }]
  expect(await readErased()).toEqual(remembered)

  for (const args of [[], ['--history', await writeHistory()]]) {
    expect(await run('rebuild', ...args)).toMatchObject({ code: 0 })
    expect(await readErased()).toEqual(remembered)
  }
})
