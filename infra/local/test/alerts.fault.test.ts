import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { enrollmentCompleted } from '@coursewire/events'
import { publishRecords } from '@coursewire/messaging'
import type { DatabaseName } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { bringInFirstCourse, callApi, firstCourse } from '@coursewire/setup'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLearner, findMails, findPublished, imagineLearner, signIn, watchEnrollments } from '../src/journey.ts'
import { type Stack, startStack } from '../src/stack.ts'
import { obstacle, startPrometheus } from './prometheus.ts'

const bootstrap = fileURLToPath(new URL('../bootstrap.mjs', import.meta.url))
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
// Some things are measured once a minute.
const patience = { timeoutMs: 240_000, intervalMs: 250 }

let directory: string
let stack: Stack
let prometheus: Awaited<ReturnType<typeof startPrometheus>>
let onKafka: Awaited<ReturnType<typeof watchEnrollments>>

beforeAll(async () => {
  if (obstacle) return
  directory = await mkdtemp(join(tmpdir(), 'coursewire-alerts-'))
  stack = await startStack({
    directory,
    isTemporary: true,
    // Never given servers, because these are killed.
    order: ['docker', 'embedded'],
    log: (line) => process.stdout.write(`${line}\n`),
  })
  await bringInFirstCourse(stack)
  onKafka = await watchEnrollments(stack)
  prometheus = await startPrometheus(stack, join(directory, 'prometheus'))
}, 300_000)

beforeEach(({ skip }) => skip(obstacle !== null && !process.env['CI'], obstacle ?? ''))

afterAll(async () => {
  await prometheus?.stop()
  await onKafka?.close()
  await stack?.stop()
  if (directory) await rm(directory, { recursive: true, force: true })
}, 60_000)

/** Enrols somebody new. Returns what shows that everything about it has happened. */
async function enrol() {
  const learner = await createLearner(stack)
  const { token } = await signIn(stack, learner)
  const body = { courseId: firstCourse.course_id }
  const { id } = await callApi<{ id: string }>(`${stack.urls.enrollmentApi}/api/enrollments`, { token, body })
  return {
    id,
    untilMailed: () =>
      waitFor(async () => (await findMails(stack, learner)).length === 1, { ...patience, message: 'the mail' }),
    untilPublished: () =>
      waitFor(async () => (await findPublished(stack, id)).length > 0, { ...patience, message: 'the message on SNS' }),
  }
}

async function tellAws(method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${stack.urls.aws}${path}`, {
    method,
    ...(body && { headers, body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${answer.status} from the local AWS`)
}

const fail = (service: 'ses' | 'sns', kind: string, times: number | null = null) =>
  tellAws('PUT', '/_faults', { service, kind, times })
const heal = () => tellAws('DELETE', '/_faults')

/** Runs a command that stands on the page of the alert. */
async function follow(page: string, database: DatabaseName, ...command: string[]): Promise<string> {
  expect(read(`runbooks/${page}.md`)).toContain(`npm run ${[command[0], '--', ...command.slice(1)].join(' ')}`)
  const env = {
    ...process.env,
    DATABASE_URL: stack.databases[database].databaseUrl,
    KAFKA_BROKERS: stack.kafka.brokers.join(','),
  }
  return (await promisify(execFile)(process.execPath, [bootstrap, ...command], { env })).stdout
}

async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: Object.assign(new URL(stack.postgres.url), { pathname: `/${database}` }).href,
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function query(database: string, statements: string): Promise<void> {
  const client = await connect(database)
  try {
    await client.query(statements)
  } finally {
    await client.end()
  }
}

/** Leaves a transaction open that begins with these statements. Returns how an operator ends it. */
async function holdTransaction(database: string, statements: string): Promise<() => Promise<void>> {
  const client = await connect(database)
  await client.query(`BEGIN; ${statements}`)
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return () => query('postgres', `SELECT pg_terminate_backend(${rows[0]?.pid}, 5000)`)
}

interface Fault {
  /** The columns of the table in the README. */
  fault: string
  metric: string
  alerts: string[]
  step: string
  /** Makes the fault. Resolves to the step that ends it, which resolves when what the fault held up is done. */
  make: () => Promise<() => Promise<unknown>>
  /** Called again and again while the alert is awaited. */
  meanwhile?: () => Promise<unknown>
}

const faults: Fault[] = [
  {
    fault: 'SES throttles every mail',
    metric: 'emails_oldest_pending_seconds',
    alerts: ['MailsLate'],
    step: 'SES answers again',
    async make() {
      await fail('ses', 'throttle')
      const { untilMailed } = await enrol()
      return async () => {
        await heal()
        await untilMailed()
      }
    },
  },
  {
    fault: 'SES fails during a call',
    metric: 'emails_unknown',
    alerts: ['MailsUnknown'],
    step: '`npm run mails -- resend --all --status unknown`',
    async make() {
      await fail('ses', 'error', 1)
      const { untilMailed } = await enrol()
      return async () => {
        await follow('mails-unknown', 'email', 'mails', 'resend', '--all', '--status', 'unknown')
        await untilMailed()
      }
    },
  },
  {
    fault: 'The quota of SES is used up',
    metric: 'emails_quota_left',
    alerts: ['MailQuotaUsedUp'],
    step: 'SES grants a higher quota',
    async make() {
      const setQuota = (max24HourSend: number) => tellAws('PUT', '/_quota', { max24HourSend, maxSendRate: 100 })
      await setQuota(1)
      await (await enrol()).untilMailed()
      const { untilMailed } = await enrol()
      return async () => {
        await setQuota(50_000)
        await untilMailed()
      }
    },
  },
  {
    fault: 'SNS refuses every message',
    metric: 'outbox_send_failures_total{channel="sns"}',
    alerts: ['EnrollmentsNotPublished', 'EventsWaiting'],
    step: 'SNS answers again; the rows go by themselves',
    async make() {
      await fail('sns', 'error')
      const { untilPublished } = await enrol()
      return async () => {
        await heal()
        await untilPublished()
      }
    },
  },
  {
    fault: 'A row is too large for its topic',
    metric: 'outbox_parked_rows',
    alerts: ['EventsParked'],
    step: 'A higher limit, then `npm run outbox -- requeue --all`',
    async make() {
      const admin = stack.kafkaClient.admin()
      await admin.connect()
      const limit = (value: string) => ({ name: 'max.message.bytes', value })
      await admin.createTopics({ topics: [{ topic: 'small', configEntries: [limit('1000')] }] })
      await query(
        'enrollment',
        `INSERT INTO outbox (channel, topic, payload, headers) VALUES ('kafka', 'small', decode(repeat('ab', 5000), 'hex'), '[]')`,
      )
      return async () => {
        await admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: 2, name: 'small', configEntries: [limit('100000')] }],
        })
        await follow('events-parked', 'enrollment', 'outbox', 'requeue', '--all')
        const hasArrived = async () => (await admin.fetchTopicOffsets('small')).some(({ high }) => high !== '0')
        await waitFor(hasArrived, patience)
        await admin.disconnect()
      }
    },
  },
  {
    fault: 'Kafka is killed',
    metric: 'consumer_in_group',
    alerts: ['ConsumerOutOfGroup', 'EventsWaiting'],
    step: 'Kafka is started',
    async make() {
      await stack.kafka.kill()
      const { untilMailed } = await enrol()
      return async () => {
        await stack.kafka.restart()
        await untilMailed()
      }
    },
  },
  {
    fault: 'A record breaks a rule of the database',
    metric: 'dead_letters_total',
    alerts: ['DeadLetters'],
    step: 'The rule is mended, then `npm run dlq -- replay --app email-worker`',
    async make() {
      await query(
        'email',
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END';
         CREATE TRIGGER refuse BEFORE INSERT ON emails FOR EACH ROW EXECUTE FUNCTION refuse()`,
      )
      const { untilMailed } = await enrol()
      return async () => {
        await query('email', 'DROP FUNCTION refuse CASCADE')
        await follow('dead-letters', 'email', 'dlq', 'replay', '--app', 'email-worker')
        await untilMailed()
      }
    },
  },
  {
    fault: 'An event comes again with another content',
    metric: 'dedup_mismatches_total',
    alerts: ['EventsContradict', 'DeadLetters'],
    step: 'None: the first one counts, and the alert ends after an hour',
    async make() {
      const { id, untilMailed } = await enrol()
      await untilMailed()
      const { key, value } = await waitFor(() => onKafka.records.find((record) => record.value?.includes(id)), patience)
      const event = JSON.parse(String(value)) as { payload: object }
      const other = { ...event, payload: { ...event.payload, course_id: 'another' } }
      await publishRecords(stack.kafkaClient, [
        { topic: enrollmentCompleted.topic, key: String(key), value: Buffer.from(JSON.stringify(other)), headers: [] },
      ])
      return async () => undefined
    },
  },
  {
    fault: 'A transaction blocks the tables of a consumer',
    metric: 'consumer_watermark_age_seconds{job="email-worker"}',
    alerts: ['ConsumerBehind'],
    step: '`pg_terminate_backend`',
    async make() {
      const terminate = await holdTransaction('email', 'LOCK TABLE emails IN SHARE MODE')
      const { untilMailed } = await enrol()
      return async () => {
        await terminate()
        await untilMailed()
      }
    },
  },
  {
    fault: 'A transaction stays open',
    metric: 'postgres_oldest_snapshot_seconds',
    alerts: ['SnapshotOld'],
    step: '`pg_terminate_backend`',
    make: () => holdTransaction('enrollment', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT'),
  },
  {
    fault: 'A transaction blocks the seals of the audit log',
    metric: 'audit_unsealed_seconds',
    alerts: ['AuditUnsealed'],
    step: '`pg_terminate_backend`',
    async make() {
      const terminate = await holdTransaction('audit', 'LOCK TABLE seals IN SHARE MODE')
      await enrol()
      return terminate
    },
  },
  {
    fault: 'A process is frozen',
    metric: 'up{job="email-worker"}',
    alerts: ['ServiceDown'],
    step: '`kill -9`, and start it again',
    async make() {
      const { pid } = stack.apps['email-worker']
      if (pid) process.kill(pid, 'SIGSTOP')
      const { untilMailed } = await enrol()
      return async () => {
        await stack.apps['email-worker'].kill()
        await stack.apps['email-worker'].restart()
        await untilMailed()
      }
    },
  },
  {
    fault: 'Postgres is killed',
    metric: 'http_request_duration_seconds_count{job="enrollment-api",status="503"}',
    alerts: ['RequestsFailing', 'RelayWithoutLeader'],
    step: 'Postgres is started',
    async make() {
      const { untilMailed } = await enrol()
      await stack.postgres.kill()
      return async () => {
        await stack.postgres.restart()
        await untilMailed()
      }
    },
    meanwhile: () => signIn(stack, imagineLearner()).catch(() => undefined),
  },
]

it.each(faults)('$fault: an alert fires until that is mended', async ({ metric, alerts, make, meanwhile }) => {
  const isFiring = async (alert: string) => (await prometheus.listFiring()).includes(alert)
  for (const alert of alerts)
    await waitFor(async () => !(await isFiring(alert)), { ...patience, message: `${alert} to be quiet` })
  const before = await prometheus.query(metric)

  const mend = await make()
  const pending = new Set(alerts)
  let moved = before
  await waitFor(
    async () => {
      await meanwhile?.()
      for (const alert of await prometheus.listFiring()) pending.delete(alert)
      moved = await prometheus.query(metric)
      return pending.size === 0
    },
    { ...patience, message: `${alerts.join(' and ')} to fire` },
  )
  await mend()

  expect(moved).not.toEqual(before)
  for (const alert of alerts)
    await waitFor(async () => !(await isFiring(alert)), { ...patience, message: `${alert} to end` })
})

const statements = readdirSync(new URL('../../runbooks/', import.meta.url))
  .filter((page) => page !== 'restore.md')
  .flatMap((page) => [...read(`runbooks/${page}`).matchAll(/"(SELECT [^"]*)"/g)].map(([, statement = '']) => statement))

it.each(statements)('the statement of a page works: %s', async (statement) => {
  await expect(query('postgres', statement)).resolves.toBeUndefined()
})

it('the README lists these faults', () => {
  const [, table = ''] = /\| fault \|.*\n\|.*\n((?:\|.*\n)+)/.exec(read('observability/README.md')) ?? []
  const rows = faults.map(
    ({ fault, metric, alerts, step }) => `| ${fault} | \`${metric}\` | ${alerts.join(', ')} | ${step} |`,
  )

  expect(table.trim().split('\n')).toEqual(rows)
})
