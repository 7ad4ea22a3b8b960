import { createPublicKey, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { courseGenerationCompleted, distributionCreated, type KafkaRecord, toKafkaRecord } from '@coursewire/events'
import type { Stack } from '@coursewire/local'
import { publishRecords } from '@coursewire/messaging'
import { tenant } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { now } from '@coursewire/service-kit'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { connect, startApp, targetOf } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import type { Environment } from './environment.ts'
import { holdRelays } from './relays.ts'
import { readRows, writeRows } from './written-rows.ts'

const COURSES = 10_000
const BATCH = 200

/** Where the rows of a course are, and the column that orders them. A trigger writes the slug. */
const tables = {
  courses: 'course_id',
  distributions: 'course_id',
  event_dedup: 'event_id',
  outbox: 'id',
}

/**
 * Measures how distribution-service works off a backlog of generated courses after a start, as after an outage. The floor writes the rows
 * that distribution-service has written, into the same tables.
 */
export async function createGenerationComparison({ log }: Environment): Promise<Comparison> {
  const stack = await startApp('distribution-service', log)
  const keyServer = await serveKeys(stack)
  const app = stack.apps['distribution-service']
  const client = await connect(stack.databases.distribution.migrateDatabaseUrl)

  async function ask<Answer>(question: string): Promise<Answer | undefined> {
    const { rows } = await client.query<{ answer: Answer }>(`SELECT (${question}) AS answer`)
    return rows[0]?.answer
  }
  const countCourses = () => ask<number>('SELECT count(*)::int FROM distributions')

  const empty = () =>
    client.query('TRUNCATE courses, distributions, slugs, outbox, event_dedup RESTART IDENTITY CASCADE')

  async function captureRows() {
    const release = await holdRelays(stack, 'distribution')
    await publishRecords(stack.kafkaClient, buildGenerations(COURSES))
    await waitFor(async () => (await countCourses()) === COURSES, { timeoutMs: 300_000 })
    await app.stop()
    await release()
    return readRows(client, tables)
  }
  log('Generating the courses whose rows the floor writes')
  const written = await captureRows()

  /** Measures from the first visible courses, which are not counted, to the last announced one. */
  async function generateAll(): Promise<Measured> {
    await app.stop()
    await empty()
    await publishRecords(stack.kafkaClient, buildGenerations(COURSES))
    const toldBefore = await countTold(stack)

    const starting = app.restart()
    const first = await waitFor(countCourses, { intervalMs: 10, timeoutMs: 60_000 })
    const endCpu = watchCpu(targetOf(stack, 'distribution-service').processes)
    const startedAt = performance.now()
    // Costs nothing, and is correct to within one transaction per lane.
    const hasWritten = () => ask(`SELECT last_value >= ${COURSES} FROM outbox_id_seq`)
    await waitFor(hasWritten, { intervalMs: 20, timeoutMs: 300_000 })
    const isDone = async () => (await countCourses()) === COURSES && (await ask('NOT EXISTS (SELECT FROM outbox)'))
    await waitFor(isDone, { intervalMs: 20, timeoutMs: 300_000 })
    const seconds = (performance.now() - startedAt) / 1000
    const cpu = endCpu(COURSES - first)
    await starting

    const told = (await countTold(stack)) - toldBefore
    if (told < COURSES) throw new Error(`Only ${told} of ${COURSES} courses were announced`)
    return { throughput: (COURSES - first) / seconds, ...cpu }
  }

  async function writeAll(): Promise<Measured> {
    await app.stop()
    await empty()
    const endCpu = watchCpu({ app: process.pid, Postgres: stack.postgres.pid })
    const startedAt = performance.now()
    await writeRows(client, written, BATCH)
    return { throughput: COURSES / ((performance.now() - startedAt) / 1000), ...endCpu(COURSES) }
  }

  return {
    work: `generated course → distribution and its event, backlog of ${COURSES.toLocaleString('en')}`,
    floorWork: `the same rows and the event from memory, set-based, ${BATCH} a transaction, one at a time`,
    figures: { throughput: { unit: 'courses/s', aim: { atLeast: 0.4 } } },
    ours: generateAll,
    floor: writeAll,
    async close() {
      await client.end()
      keyServer.close()
      await stack.stop()
    },
  }
}

/** Answers in the place of enrollment-api, because distribution-service is not ready without its keys. */
async function serveKeys({ secrets, urls }: Stack): Promise<Server> {
  const key = await exportJWK(createPublicKey(secrets.jwtPrivateKey))
  const answer = JSON.stringify({
    keys: [{ ...key, kid: await calculateJwkThumbprint(key), alg: 'ES256', use: 'sig' }],
  })
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(answer))
  server.listen(Number(new URL(urls.enrollmentApi).port), '127.0.0.1').unref()
  await once(server, 'listening')
  return server
}

const adjectives = ['Practical', 'Modern', 'Everyday', 'Advanced', 'Complete', 'Hands-on', 'Sustainable', 'Applied']
const subjects = ['Gardening', 'Bookkeeping', 'Photography', 'Data Analysis', 'Negotiation', 'Web Design', 'First Aid']
const places = ['Small Teams', 'Beginners', 'Freelancers', 'City Dwellers', 'Schools', 'Shift Workers', 'Founders']
const german = ['Grundlagen', 'Führung', 'Öffentlichkeitsarbeit', 'Buchhaltung', 'Erste Hilfe', 'Pflege', 'Wartung']
const sentences = {
  de: 'In kurzen Lektionen lernst du, was im Alltag zählt, übst es an Beispielen und prüfst, ob es sitzt. ',
  en: 'Short lessons take you from the first question to a result that you can show, with an exercise for each step. ',
}

const pick = <Value>(values: readonly Value[], index: number) => values[index % values.length] as Value

/** Builds generations of distinct courses in two languages. One in a hundred has the title of another course. */
function buildGenerations(count: number): KafkaRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const language = index % 2 === 0 ? 'de' : 'en'
    const number = index % 100 === 99 ? index - 2 : index
    const title =
      language === 'de'
        ? `${pick(german, index >> 1)} für ${pick(places, number >> 3)}, Kurs ${number}`
        : `${pick(adjectives, number >> 1)} ${pick(subjects, number >> 4)} for ${pick(places, number >> 7)} ${number}`
    const event = courseGenerationCompleted.build(
      {
        course_id: `course-${randomUUID()}`,
        title,
        description: `${title}. ${sentences[language].repeat(3 + (index % 3))}`.trim(),
        language,
        target_audiences: [pick(places, index), pick(places, index + 3)],
        total_lessons: 6 + (index % 20),
        completed_at: now(),
      },
      { tenantId: tenant, correlationId: randomUUID(), causationId: null },
      { id: randomUUID(), at: now() },
    )
    return toKafkaRecord(courseGenerationCompleted, event)
  })
}

/** Counts the distribution events on Kafka. */
async function countTold({ kafkaClient }: Stack): Promise<number> {
  const admin = kafkaClient.admin()
  await admin.connect()
  const offsets = await admin.fetchTopicOffsets(distributionCreated.topic)
  await admin.disconnect()
  return offsets.reduce((sum, { high }) => sum + Number(high), 0)
}
