import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort, type ServerProcess } from '@coursewire/servers'
import { activeTraceparent, inSpan, inSpans, isTracing } from '@coursewire/service-kit'
import { startTraceServer } from '@coursewire/traces'
import { SpanKind } from '@opentelemetry/api'
import { connect, startServers } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { nameCpu, watchCpu } from './cpu.ts'
import { createEnrolments } from './enroll.ts'
import type { Environment } from './environment.ts'
import { type Call, load } from './load.ts'
import { holdRelays } from './relays.ts'
import { createCourses, createStudents, signTokens } from './students.ts'

const ENROLMENTS = 200_000
const LOG_LINES = 8
const CONSUMERS = 3
const { CLIENT, CONSUMER, INTERNAL } = SpanKind

const work = () => Promise.resolve()
const none = () => []

/** The calls that make spans, as often as an enrolment meets them from the request to the feedback of SES, while there are none to make. */
async function passWithCalls(): Promise<void> {
  let asked = 0
  for (let line = 0; line < LOG_LINES; line += 1) if (!isTracing) asked += 1
  if (activeTraceparent() === null) asked += 1
  await inSpans('batch enrollments', INTERNAL, none, work)
  // Both relays.
  for (let relay = 0; relay < 2; relay += 1) if (!isTracing) asked += 1
  for (let consumer = 0; consumer < CONSUMERS; consumer += 1) await inSpans('process batch', CONSUMER, none, work)
  await inSpan('deliver mail', { kind: CONSUMER, attributes: { 'coursewire.template': 'welcome' } }, work)
  // The student, the course and the tenant.
  for (let call = 0; call < 3; call += 1) if (activeTraceparent() === null) asked += 1
  await inSpan('SES SendRawEmail', { kind: CLIENT }, work)
  await inSpans('SES feedback', CONSUMER, none, work)
  if (asked !== LOG_LINES + 6) throw new Error('There are spans: run it without the variables of OpenTelemetry')
}

async function passWithout(): Promise<void> {
  for (let step = 0; step < CONSUMERS + 4; step += 1) await work()
}

async function time(pass: () => Promise<void>) {
  const before = performance.now()
  for (let index = 0; index < ENROLMENTS; index += 1) await pass()
  return { 'per enrolment': ((performance.now() - before) / ENROLMENTS) * 1_000 }
}

export async function createSpansComparisons(environment: Environment): Promise<Comparison[]> {
  return [compareCalls(), await compareBuilds(environment)]
}

/** Measures the calls alone: beside a whole enrolment they are too short to be seen. */
function compareCalls(): Comparison {
  return {
    work: 'the calls that would make the spans of an enrolment, without an exporter',
    floorWork: 'the same promises without these calls',
    figures: { 'per enrolment': { unit: 'µs', aim: { oursAtMost: 2 } } },
    ours: () => time(passWithCalls),
    floor: () => time(passWithout),
  }
}

const folder = fileURLToPath(new URL('../../../apps/enrollment-api/', import.meta.url))
const config = fileURLToPath(new URL('untraced.config.ts', import.meta.url))
/** Beside `dist`, because a bundle finds the other files of its sources from there. */
const untraced = join(folder, '.coursewire')

const STUDENTS = 500
const COURSES = 300
const CONNECTIONS = 50
const WARM_UP = 5_000
const TURN = 1_000
const TURNS = 10

/**
 * Compares enrollment-api with the same app built without spans. Both run at once and take turns of a fraction of a second, so that whatever
 * else the machine does meets both. Each round has new processes, because what V8 makes of the same code differs from process to process.
 */
async function compareBuilds({ log }: Environment): Promise<Comparison> {
  await promisify(execFile)('pnpm', ['run', 'build', '-c', config, '-d', untraced], { cwd: folder })
  const base = await startServers(log)
  const client = await connect(base.databases.enrollment.migrateDatabaseUrl)
  const tokens = await signTokens(base, await createStudents(base, client, STUDENTS))
  const courses = await createCourses(client, COURSES)
  const release = await holdRelays(base, 'enrollment')

  const create = async (build: string, name: string): Promise<Side> => {
    const port = await findFreePort()
    return {
      url: `http://127.0.0.1:${port}`,
      start: (environment = {}) =>
        base.startApp('enrollment-api', { entry: join(build, 'main.js'), port, name, environment }),
    }
  }
  const ours = await create(join(folder, 'dist'), 'enrollment-api')
  const floor = await create(untraced, 'enrollment-api-untraced')

  async function begin(): Promise<() => Call> {
    await client.query('TRUNCATE enrollments, outbox')
    return createEnrolments(tokens, courses)
  }

  async function measureRound() {
    const nextCall = await begin()
    const enrol = ({ url }: Side, calls: number) =>
      load(url, nextCall, { status: 201, connections: CONNECTIONS, calls })
    const apps = [await ours.start(), await floor.start()]
    for (const side of [ours, floor]) await enrol(side, WARM_UP)
    const endCpu = apps.map(({ pid }) => watchCpu({ app: pid }))
    for (let turn = 0; turn < TURNS; turn += 2) for (const side of [ours, floor, floor, ours]) await enrol(side, TURN)
    const [cpu, floorCpu] = endCpu.map((end) => end(TURNS * TURN))
    await Promise.all(apps.map((app) => app.stop()))
    return { ours: toMeasured(cpu), floor: toMeasured(floorCpu) }
  }

  const tried = { ours: await tryOut(ours, await begin()), floor: await tryOut(floor, await begin()) }
  if (tried.ours.answer !== tried.floor.answer) throw new Error(`The builds differ: ${JSON.stringify(tried)}`)
  if (tried.ours.spans === 0 || tried.floor.spans > 0) throw new Error(`The spans are wrong: ${JSON.stringify(tried)}`)

  let asked = 0
  let round = Promise.resolve<Record<'ours' | 'floor', Measured>>({ ours: {}, floor: {} })
  /** Measures both sides at once. Each side asks for its figures. */
  function measureBoth() {
    if (asked++ % 2 === 0) round = measureRound()
    return round
  }

  return {
    work: `POST /api/enrollments, ${CONNECTIONS} connections, relays held, without an exporter`,
    floorWork: 'the same app built without spans',
    figures: { 'CPU of the app': { unit: 'µs', aim: { atMost: 1.02 } } },
    // Each round warms its processes up.
    isWarm: true,
    ours: async () => (await measureBoth()).ours,
    floor: async () => (await measureBoth()).floor,
    async close() {
      await release()
      await client.end()
      await base.stop()
      rmSync(untraced, { recursive: true })
    },
  }
}

interface Side {
  url: string
  start: (environment?: NodeJS.ProcessEnv) => Promise<ServerProcess>
}

const toMeasured = (cpu: Measured = {}): Measured => ({ 'CPU of the app': cpu[nameCpu('sum')] ?? Number.NaN, ...cpu })

/** Enrols once with an exporter. Returns the answer without what is different each time, and how many spans the request had. */
async function tryOut({ url, start }: Side, nextCall: () => Call): Promise<{ answer: string; spans: number }> {
  const traces = await startTraceServer({ port: 0 })
  const app = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: traces.url })
  const { path, ...call } = nextCall()
  const response = await fetch(url + path, call)
  const text = await response.text()
  // Exports what is left.
  await app.stop()
  const spans = traces.spansOf(response.headers.get('x-request-id') ?? '').length
  await traces.close()
  const body = text.replaceAll(/"(id|\w+At)":"[^"]+"/g, '"$1":…')
  return { answer: `${response.status} ${[...response.headers.keys()].join(' ')} ${body}`, spans }
}
