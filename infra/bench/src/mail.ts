import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { enrollmentCompleted, toKafkaRecord } from '@coursewire/events'
import type { Stack } from '@coursewire/local'
import { tenant } from '@coursewire/product'
import { type ServerProcess, waitFor } from '@coursewire/servers'
import { now } from '@coursewire/service-kit'
import { bringInFirstCourse, firstCourse } from '@coursewire/setup'
import { connect, startApps, targetOf } from './app-processes.ts'
import { type Comparison, median, percentile } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import type { Environment } from './environment.ts'
import { paced } from './pace.ts'
import { createStudents, emailOf, signTokens } from './students.ts'

const PER_SECOND = 100
const SECONDS = 10
const BACKLOG = 10_000
/** Memory is measured after so few and so many mails. */
const FEW = 5_000
const MANY = 50_000
const heapProbe = new URL('heap-probe.mjs', import.meta.url).href
const heapFile = fileURLToPath(new URL('../../../.coursewire/bench-heap', import.meta.url))
/** As many as email-worker sends at a time. */
const IN_FLIGHT = 8

/**
 * Measures from the event on Kafka to the mail that SES has accepted. Ours runs as deployed, including the services that know the
 * student and the course; the floor asks the same services.
 */
export async function createMailComparisons(environment: Environment): Promise<Comparison[]> {
  const stack = await startApps(environment.log, {
    environment: { NODE_OPTIONS: `--import ${heapProbe}`, HEAP_FILE: heapFile },
  })
  const enrollments = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const studentIds = await createStudents(stack, enrollments, BACKLOG)
  await enrollments.end()
  await bringInFirstCourse(stack)
  const bare = await startBareMails(stack)
  const producer = stack.kafkaClient.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const { 'email-worker': worker, ...others } = stack.apps
  const watch = (app: number | undefined) =>
    watchCpu({
      ...targetOf(stack, 'email-worker').processes,
      app,
      'other apps': Object.values(others).map(({ pid }) => pid),
    })
  // There is one mail per activation.
  let activation = 0
  let heapAfterFew = Number.NaN

  async function sendOurs(count: number, publish: (messages: Message[]) => Promise<unknown>): Promise<Mail[]> {
    activation += 1
    const before = await countMails(stack)
    await publish(studentIds.slice(0, count).map((studentId) => buildMessage(studentId, activation)))
    const isDone = async () => (await countMails(stack)) >= before + count
    await waitFor(isDone, { intervalMs: 100, timeoutMs: 300_000, message: `${count} mails` })
    return readMails(stack, before, count)
  }
  const produce = (messages: Message[]) => producer.send({ topic: enrollmentCompleted.topic, acks: -1, messages })
  async function produceAll(messages: Message[]): Promise<void> {
    // More would be too large for one record batch.
    for (let from = 0; from < messages.length; from += 500) await produce(messages.slice(from, from + 500))
  }

  return [
    {
      work: `mail: ${BACKLOG.toLocaleString('en')} events waiting → accepted by SES`,
      floorWork: `the same bare loop, ${IN_FLIGHT} at a time as ours`,
      figures: { throughput: { unit: 'mails/s', aim: { atLeast: 0.75 } } },
      async ours() {
        const endCpu = watch(worker.pid)
        const mails = await sendOurs(BACKLOG, produceAll)
        const cpu = endCpu(BACKLOG)
        const moments = mails.map(({ at }) => Date.parse(at))
        return { throughput: (BACKLOG * 1000) / (Math.max(...moments) - Math.min(...moments)), ...cpu }
      },
      async floor() {
        const endCpu = watch(bare.pid)
        const { seconds } = await bare.send(studentIds, Number.POSITIVE_INFINITY)
        return { throughput: BACKLOG / seconds, ...endCpu(BACKLOG) }
      },
    },
    {
      work: `mail: enrollment.completed on Kafka → accepted by SES, ${PER_SECOND}/s`,
      floorWork: 'a bare loop of the same two GETs, one render, one SendRawEmail',
      figures: { p50: { unit: 'ms', aim: { atMost: 5 } }, p99: { unit: 'ms', aim: null } },
      isWarm: true,
      async ours() {
        const endCpu = watch(worker.pid)
        const producedAt = new Map<string, number>()
        const mails = await sendOurs(PER_SECOND * SECONDS, (messages) =>
          paced(PER_SECOND, SECONDS, (index) => {
            producedAt.set(emailOf(studentIds[index] ?? ''), performance.timeOrigin + performance.now())
            return produce(messages.slice(index, index + 1))
          }),
        )
        const tookMs = mails.map(({ to, at }) => Date.parse(at) - (producedAt.get(to[0] ?? '') ?? Number.NaN))
        return { ...summarize(tookMs), ...endCpu(mails.length) }
      },
      async floor() {
        const endCpu = watch(bare.pid)
        const { tookMs } = await bare.send(studentIds.slice(0, PER_SECOND * SECONDS), PER_SECOND)
        return { ...summarize(tookMs), ...endCpu(tookMs.length) }
      },
    },
    {
      work: `mail: live heap of email-worker after ${MANY.toLocaleString('en')} mails`,
      floorWork: `the same after ${FEW.toLocaleString('en')}`,
      figures: { heap: { unit: 'MB', aim: { atMost: 1.2 } } },
      isMeasuredOnce: true,
      async ours() {
        await worker.restart()
        await sendOurs(FEW, produceAll)
        heapAfterFew = await measureHeap(worker)
        for (let sent = FEW; sent < MANY; sent += FEW) await sendOurs(FEW, produceAll)
        return { heap: await measureHeap(worker) }
      },
      floor: async () => ({ heap: heapAfterFew }),
      async close() {
        bare.stop()
        await producer.disconnect()
        await stack.stop()
      },
    },
  ]
}

/** The live heap of a process that has loaded the probe, in megabytes. */
async function measureHeap({ pid }: ServerProcess): Promise<number> {
  if (pid === undefined) throw new Error('The process does not run')
  rmSync(heapFile, { force: true })
  process.kill(pid, 'SIGUSR2')
  const bytes = await waitFor(() => Number(readFileSync(heapFile, 'utf8')), { message: 'the size of the heap' })
  rmSync(heapFile)
  return bytes / 1e6
}

const summarize = (values: number[]) => ({ p50: median(values), p99: percentile(values, 0.99) })

type Message = ReturnType<typeof buildMessage>

function buildMessage(studentId: string, activation: number) {
  const at = now()
  const event = enrollmentCompleted.build(
    {
      enrollment_id: `enr_${randomUUID()}`,
      student_id: studentId,
      course_id: firstCourse.course_id,
      enrollment_type: 'free',
      enrolled_at: at,
      source: 'manual',
      payment_status: 'free',
      activation,
    },
    { tenantId: tenant, correlationId: randomUUID(), causationId: null },
    { id: randomUUID(), at },
  )
  const { key, value, headers } = toKafkaRecord(enrollmentCompleted, event)
  return { key, value: Buffer.from(value), headers: Object.fromEntries(headers) }
}

interface Mail {
  /** When it was accepted, in ISO 8601. */
  at: string
  to: string[]
}

async function countMails({ urls }: Stack): Promise<number> {
  const response = await fetch(`${urls.aws}/_inbox?from=-1`)
  await response.body?.cancel()
  return Number(response.headers.get('x-total-count'))
}

async function readMails({ urls }: Stack, from: number, count: number): Promise<Mail[]> {
  const mails = (await (await fetch(`${urls.aws}/_inbox?from=${from}`)).json()) as Mail[]
  const recipients = new Set(mails.map(({ to }) => to[0]))
  if (mails.length !== count || recipients.size !== count) throw new Error(`${mails.length} mails instead of ${count}`)
  return mails
}

async function startBareMails(stack: Stack) {
  const [token] = await signTokens(stack, ['bench'], 'service')
  const child = fork(fileURLToPath(new URL('bare-mail.mjs', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
    env: {
      ...process.env,
      NODE_ENV: 'production',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SES: stack.urls.aws,
      EMAIL_FROM: 'Coursewire <hello@coursewire.example>',
      ENROLLMENT_API_URL: stack.urls.enrollmentApi,
      DISTRIBUTION_SERVICE_URL: stack.urls.distributionService,
      WEB_URL: `${stack.urls.distributionService}/api`,
      TOKEN: token,
    },
  })
  const died = once(child, 'exit').then(() => Promise.reject(new Error('The bare loop ended')))
  // The process also ends normally, when nobody waits for it.
  died.catch(() => undefined)
  await Promise.race([once(child, 'message'), died])
  return {
    pid: child.pid,
    async send(studentIds: string[], perSecond: number): Promise<{ tookMs: number[]; seconds: number }> {
      child.send({ studentIds, courseId: firstCourse.course_id, inFlight: IN_FLIGHT, perSecond })
      const [answer] = await Promise.race([once(child, 'message'), died])
      return answer
    },
    stop: () => child.disconnect(),
  }
}
