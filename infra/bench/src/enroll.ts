import { setTimeout as sleep } from 'node:timers/promises'
import { enrollmentCompleted } from '@coursewire/events'
import type { Stack } from '@coursewire/local'
import { waitFor } from '@coursewire/servers'
import type pg from 'pg'
import { connect, startApp, startBare } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import type { Environment } from './environment.ts'
import { type Call, loadWarm } from './load.ts'
import { createCourses, createStudents, signTokens, writePast } from './students.ts'

const STUDENTS = 500
const COURSES = 300
const QUIET_MS = 500
const MILLION = 1_000_000

const enrollmentTable = `
  CREATE TABLE enrollments (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    course_id text NOT NULL,
    enrollment_type text NOT NULL,
    source text NOT NULL,
    payment_status text NOT NULL,
    progress integer NOT NULL DEFAULT 0,
    completed boolean NOT NULL DEFAULT false,
    enrolled_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (tenant_id, user_id, course_id)
  )`

/**
 * Compares new enrolments over a number of connections. Ours is enrollment-api as it is deployed, including its relays to Kafka and SNS,
 * on the same cores as the load generator, Kafka and the local SNS.
 */
export async function createEnrollComparisons(environment: Environment): Promise<Comparison[]> {
  const { log } = environment
  const stack = await startApp('enrollment-api', log)
  const enrollments = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const students = await createStudents(stack, enrollments, STUDENTS)
  const tokens = await signTokens(stack, students)
  const courses = await createCourses(enrollments, COURSES)
  const bare = await startBare(stack, { name: 'bare-enrollment', tables: enrollmentTable, log })

  async function load(url: string, client: pg.Client, connections: number, past = 0): Promise<Measured> {
    await client.query('TRUNCATE enrollments')
    if (past > 0) await writePast(client, students, past)
    const nextCall = createEnrolments(tokens, courses)
    const { answers, perSecond, p99 } = await loadWarm(url, nextCall, { status: 201, connections })
    await expectRows(client, past + answers, 4 * connections)
    return { throughput: perSecond, p99 }
  }

  async function loadOurs(connections: number, past = 0): Promise<Measured> {
    const before = await countTold(stack)
    const measured = await load(stack.urls.enrollmentApi, enrollments, connections, past)
    const endedAt = performance.now()
    await waitFor(async () => (await count(enrollments, 'outbox')) === 0, { timeoutMs: 60_000 })
    const seconds = (performance.now() - endedAt) / 1000
    await expectTold(stack, before, (await count(enrollments, 'enrollments')) - past)
    return { ...measured, 'relayed after': seconds }
  }

  const describe = (connections: number, atLeast: number): Comparison => ({
    work: `POST /api/enrollments, ${connections} connections`,
    floorWork: 'bare Fastify route, same token check and cache, one INSERT, no logging',
    figures: {
      throughput: { unit: 'req/s', aim: { atLeast } },
      p99: { unit: 'ms', aim: { atMost: 1 } },
      'relayed after': { unit: 's', aim: null },
    },
    ours: () => loadOurs(connections),
    floor: () => load(bare.url, bare.owner, connections),
  })
  return [
    describe(50, 1.5),
    describe(200, 2),
    {
      work: 'POST /api/enrollments, 50 connections, a million enrolments in the table',
      floorWork: 'the same without them',
      figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.8 } } },
      ours: () => loadOurs(50, MILLION),
      floor: () => loadOurs(50),
      async close() {
        await enrollments.end()
        await bare.stop()
        await stack.stop()
      },
    },
  ]
}

/** Each call enrols another pair of student and course. */
function createEnrolments(tokens: string[], courses: string[]): () => Call {
  let count = 0
  return () => {
    const token = tokens[count % tokens.length]
    const courseId = courses[Math.floor(count / tokens.length)]
    if (token === undefined || courseId === undefined) throw new Error(`Only ${count} pairs were prepared`)
    count += 1
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    return { method: 'POST', path: '/api/enrollments', headers, body: JSON.stringify({ courseId }) }
  }
}

async function count(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
  return rows[0]?.count ?? 0
}

/**
 * A request in progress at the end of a load may or may not have written its row. Nothing else may differ. Waits for the last of these
 * rows, because after the next TRUNCATE it would block the same enrolment.
 */
async function expectRows(client: pg.Client, answers: number, underWay: number): Promise<void> {
  let rows = -1
  for (let now = await count(client, 'enrollments'); now !== rows; now = await count(client, 'enrollments')) {
    rows = now
    await sleep(QUIET_MS)
  }
  if (rows < answers || rows > answers + underWay) throw new Error(`${answers} answers 201 and ${rows} rows`)
}

/** Counts the enrolment messages on Kafka and on SNS. */
async function countTold({ kafkaClient, urls }: Stack): Promise<{ kafka: number; sns: number }> {
  const admin = kafkaClient.admin()
  await admin.connect()
  const offsets = await admin.fetchTopicOffsets(enrollmentCompleted.topic)
  await admin.disconnect()
  const published = await fetch(`${urls.aws}/_published?from=-1`)
  await published.body?.cancel()
  return {
    kafka: offsets.reduce((sum, { high }) => sum + Number(high), 0),
    sns: Number(published.headers.get('x-total-count')),
  }
}

async function expectTold(stack: Stack, before: { kafka: number; sns: number }, rows: number): Promise<void> {
  const after = await countTold(stack)
  const told = { kafka: after.kafka - before.kafka, sns: after.sns - before.sns }
  if (told.kafka < rows || told.sns < rows) throw new Error(`${rows} rows were told as ${JSON.stringify(told)}`)
}
