import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { enrollmentCompleted } from '@coursewire/events'
import type { Stack } from '@coursewire/local'
import { waitFor } from '@coursewire/servers'
import type pg from 'pg'
import { connect, startApp, startBare, type Target, targetOf } from './app-processes.ts'
import { type Comparison, type Measured, median, percentile } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import type { Environment } from './environment.ts'
import { type Call, loadWarm, send } from './load.ts'
import { paced } from './pace.ts'
import { holdRelays } from './relays.ts'
import { createCourses, createStudents, signTokens, writePast } from './students.ts'

const STUDENTS = 500
const COURSES = 300
const QUIET_MS = 500
const MILLION = 1_000_000
const PER_SECOND = 1_000
const WARM_UP_SECONDS = 1
const SECONDS = 5
const FLUSH_DELAY_US = 2_000

/** Like that of enrollment-api, which also has a foreign key to the account. */
const enrollmentTable = `
  CREATE TABLE enrollments (
    id text PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    course_id text NOT NULL,
    enrollment_type text NOT NULL,
    source text NOT NULL,
    payment_status text NOT NULL,
    progress integer NOT NULL DEFAULT 0,
    completed boolean NOT NULL DEFAULT false,
    activation integer NOT NULL DEFAULT 1,
    enrolled_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (tenant_id, user_id, course_id)
  )`

const floorWork = 'bare Fastify route, same token check and cache, the same three rows in one statement, no logging'

/**
 * Compares new enrolments. Ours is enrollment-api as it is deployed, on the same cores as the load generator, Kafka and the local SNS. While
 * its relays are held it only accepts enrolments, as the floor does.
 */
export async function createEnrollComparisons({ log }: Environment): Promise<Comparison[]> {
  const { accept, acceptHeld, relay, atFullSpeed, atPace, floor, stop } = await startEnrolling(log)
  return [
    ...[50, 200].map((connections) => ({
      work: `POST /api/enrollments, ${connections} connections, relays held`,
      floorWork,
      figures: {
        throughput: { unit: 'req/s', aim: connections === 50 ? { atLeast: 0.85 } : null },
        p99: { unit: 'ms', aim: null },
      },
      isWarm: connections !== 50,
      ours: () => acceptHeld(atFullSpeed(connections)),
      floor: () => accept(floor, atFullSpeed(connections)),
    })),
    {
      work: 'POST /api/enrollments, 50 connections, with the relays',
      floorWork,
      figures: {
        throughput: { unit: 'req/s', aim: { atLeast: 0.45 } },
        p99: { unit: 'ms', aim: null },
        'relayed after': { unit: 's', aim: { oursAtMost: 1 } },
      },
      ours: () => relay(atFullSpeed(50)),
      floor: () => accept(floor, atFullSpeed(50)),
    },
    {
      work: `POST /api/enrollments, ${PER_SECOND.toLocaleString('en')}/s, with the relays`,
      floorWork,
      figures: { p50: { unit: 'ms', aim: null }, p99: { unit: 'ms', aim: null } },
      isWarm: true,
      ours: () => relay(atPace),
      floor: () => accept(floor, atPace),
    },
    {
      work: 'POST /api/enrollments, 50 connections, a million enrolments in the table',
      floorWork: 'the same without them',
      figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.8 } } },
      isMeasuredOnce: true,
      ours: () => relay(atFullSpeed(50), MILLION),
      floor: () => relay(atFullSpeed(50)),
      close: stop,
    },
  ]
}

/**
 * Compares them on a disk that takes two milliseconds longer for each flush, as network disks do. Both sides may have 16 commits at a time,
 * which is as many as their pools have connections.
 */
export async function createSlowDiskComparison({ log }: Environment): Promise<Comparison[]> {
  // With -D the server keeps its process id, and with a filter strace stops it at these calls only.
  const delay = ['-e', 'trace=fdatasync', '-e', `inject=fdatasync:delay_exit=${FLUSH_DELAY_US}`]
  const tracer = ['strace', '-D', '-f', '--seccomp-bpf', '-q', '-o', '/dev/null', ...delay]
  if (spawnSync('strace', ['-V']).status !== 0) {
    log('There is no strace to slow the disk down, so there is no figure about that')
    return []
  }
  const { accept, acceptHeld, atFullSpeed, floor, stop } = await startEnrolling(log, {
    postgres: { tracer },
    order: ['embedded'],
  })
  return [
    {
      work: 'POST /api/enrollments, 50 connections, relays held, each fdatasync 2 ms slower',
      floorWork: `${floorWork}, a pool of 16`,
      figures: { throughput: { unit: 'req/s', aim: { atLeast: 1.2 } }, p99: { unit: 'ms', aim: null } },
      ours: () => acceptHeld(atFullSpeed(50)),
      floor: () => accept(floor, atFullSpeed(50)),
      close: stop,
    },
  ]
}

interface Side extends Target {
  /** Connected as the owner of the tables. */
  client: pg.Client
}

/** Enrols, each time another pair of student and course. */
type Load = (target: Target) => Promise<{
  measured: Measured
  answers: number
  /** How many requests may have been in progress at the end, so that nobody knows whether they wrote their rows. */
  inProgress: number
}>

/** Starts enrollment-api with students and courses, and the floor beside it. */
async function startEnrolling(log: (line: string) => void, options: Parameters<typeof startApp>[2] = {}) {
  const stack = await startApp('enrollment-api', log, options)
  const client = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const students = await createStudents(stack, client, STUDENTS)
  const tokens = await signTokens(stack, students)
  const courses = await createCourses(client, COURSES)
  const bare = await startBare(stack, { name: 'bare-enrollment', tables: enrollmentTable, log })
  const ours: Side = { ...targetOf(stack, 'enrollment-api'), client }
  const floor: Side = { ...bare, client: bare.owner }

  const atFullSpeed =
    (connections: number): Load =>
    async (target) => {
      const nextCall = createEnrolments(tokens, courses)
      const { answers, perSecond, p99, cpu } = await loadWarm(target, nextCall, { status: 201, connections })
      return { measured: { throughput: perSecond, p99, ...cpu }, answers, inProgress: 4 * connections }
    }

  const atPace: Load = async ({ url, processes }) => {
    const nextCall = createEnrolments(tokens, courses)
    const enrol = (seconds: number) => paced(PER_SECOND, seconds, () => send(url, nextCall(), 201))
    await enrol(WARM_UP_SECONDS)
    const endCpu = watchCpu(processes)
    const tookMs = await enrol(SECONDS)
    const measured = { p50: median(tookMs), p99: percentile(tookMs, 0.99), ...endCpu(tookMs.length) }
    return { measured, answers: PER_SECOND * (WARM_UP_SECONDS + SECONDS), inProgress: 0 }
  }

  let writtenBytes = 0

  /** Enrols, and leaves the messages in the outbox. */
  async function accept({ client, ...target }: Side, load: Load): Promise<Measured> {
    await client.query('TRUNCATE enrollments, outbox')
    const { measured, answers, inProgress } = await load(target)
    const rows = await expectRows(client, answers, inProgress)
    const messages = await count(client, 'outbox')
    if (messages !== 2 * rows) throw new Error(`${rows} enrolments with ${messages} messages`)
    const bytes = await measureRows(client)
    writtenBytes ||= bytes
    if (Math.abs(bytes / writtenBytes - 1) > 0.02)
      throw new Error(`One side writes ${bytes}, the other ${writtenBytes} bytes`)
    return measured
  }

  async function acceptHeld(load: Load): Promise<Measured> {
    const release = await holdRelays(stack, 'enrollment')
    const measured = await accept(ours, load)
    // Otherwise the relays would send the messages while something else is measured.
    await client.query('TRUNCATE outbox')
    await release()
    return measured
  }

  /** Enrols while the relays send the messages, and measures how long after the last answer they are done. */
  async function relay(load: Load, past = 0): Promise<Measured> {
    await client.query('TRUNCATE enrollments')
    if (past > 0) await writePast(client, students, past)
    const before = await countTold(stack)
    const { measured, answers, inProgress } = await load(ours)
    const endedAt = performance.now()
    const isRelayed = async () => (await count(client, 'outbox')) === 0
    await waitFor(isRelayed, { intervalMs: 10, timeoutMs: 60_000 })
    const seconds = (performance.now() - endedAt) / 1000
    const rows = await expectRows(client, past + answers, inProgress)
    await waitFor(isRelayed, { timeoutMs: 60_000 })
    await expectTold(stack, before, rows - past)
    return { ...measured, 'relayed after': seconds }
  }

  async function stop(): Promise<void> {
    await client.end()
    await bare.stop()
    await stack.stop()
  }

  return { floor, atFullSpeed, atPace, accept, acceptHeld, relay, stop }
}

/** Each call enrols another pair of student and course. */
export function createEnrolments(tokens: string[], courses: string[]): () => Call {
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

/** The bytes of an enrolment and its messages. */
async function measureRows(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    `SELECT ((SELECT avg(pg_column_size(row)) FROM enrollments AS row)
         + 2 * (SELECT avg(pg_column_size(row)) FROM outbox AS row))::float8 AS bytes`,
  )
  return rows[0]?.bytes ?? 0
}

/**
 * A request in progress at the end of a load may or may not have written its row. Nothing else may differ. Waits for the last of these
 * rows, because after the next TRUNCATE it would block the same enrolment.
 */
async function expectRows(client: pg.Client, answers: number, inProgress: number): Promise<number> {
  let rows = -1
  for (let now = await count(client, 'enrollments'); now !== rows; now = await count(client, 'enrollments')) {
    rows = now
    await sleep(QUIET_MS)
  }
  if (rows < answers || rows > answers + inProgress) throw new Error(`${answers} answers 201 and ${rows} rows`)
  return rows
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
