import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '@coursewire/servers'
import { bringInFirstCourse, firstCourse } from '@coursewire/setup'
import { type Span, startTraceServer } from '@coursewire/traces'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLearner, type Learner, patience, signIn } from '../src/journey.ts'
import { type Stack, startStack } from '../src/stack.ts'

let directory: string
let traces: Awaited<ReturnType<typeof startTraceServer>>
let stack: Stack
let learner: Learner
let token: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coursewire-trace-'))
  traces = await startTraceServer({ port: 0 })
  const log = (line: string) => void process.stdout.write(`${line}\n`)
  stack = await startStack({ directory, isTemporary: true, order: ['docker', 'embedded'], traces: traces.url, log })
  await bringInFirstCourse(stack)
  learner = await createLearner(stack, { name: 'Grace Tracer' })
  token = (await signIn(stack, learner)).token
}, 300_000)

afterAll(async () => {
  await stack?.stop()
  await traces?.close()
  if (directory) await rm(directory, { recursive: true, force: true })
})

/** Enrols as the pages do: with a call to web, which passes it on. */
const enroll = (requestId: string, authorization: string) =>
  fetch(`${stack.urls.web}/api/enrollments`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify({ courseId: firstCourse.course_id, source: 'manual' }),
  })

/** The way of an enrolment: each span with its app and its parent. */
const way = [
  'web: POST /api/*',
  'enrollment-api: POST /api/enrollments < POST /api/*',
  'enrollment-api: batch enrollments < POST /api/enrollments',
  'enrollment-api: write-enrollments < batch enrollments',
  'enrollment-api: send enrollment.events.v1 < POST /api/enrollments',
  'enrollment-api: send enrollment-completed < POST /api/enrollments',
  'email-worker: process enrollment.events.v1 < POST /api/enrollments',
  'insights: process enrollment.events.v1 < POST /api/enrollments',
  'audit-log: process enrollment.events.v1 < POST /api/enrollments',
  'email-worker: insert-emails < process enrollment.events.v1',
  'email-worker: deliver mail < process enrollment.events.v1',
  'email-worker: claim-email < deliver mail',
  'email-worker: SES SendRawEmail < deliver mail',
  'email-worker: settle-sent-email < deliver mail',
  'email-worker: SES Delivery < process enrollment.events.v1',
  'email-worker: send email.events.v1 < process enrollment.events.v1',
  'audit-log: process email.events.v1 < process enrollment.events.v1',
]

test('one enrolment is one trace, from the click to SES and what became of the mail', async () => {
  const answer = await enroll('req-enrolled', `Bearer ${token}`)
  expect(answer.status).toBe(201)

  let spans: Span[] = []
  await waitFor(
    async () => {
      spans = traces.spansOf('req-enrolled')
      const names = new Map(spans.map(({ spanId, name }) => [spanId, name]))
      const found = spans.map(({ service, name, parentSpanId }) => {
        const parent = parentSpanId === null ? '' : ` < ${names.get(parentSpanId)}`
        return `${service}: ${name}${parent}`
      })
      expect(found).toEqual(expect.arrayContaining(way))
      return true
    },
    { ...patience, message: 'all spans of the enrolment' },
  )

  const [traceId = '', ...others] = new Set(spans.map((span) => span.traceId))
  expect(others).toEqual([])
  expect(spans.filter(({ hasFailed }) => hasFailed)).toEqual([])
  const feedback = spans.find(({ name }) => name === 'SES Delivery')
  const [request] = feedback?.links ?? []
  expect(request?.traceId).not.toBe(traceId)
  await waitFor(() => traces.spansOf(request?.traceId ?? '').some(({ name }) => name === 'POST /webhooks/sns'), {
    ...patience,
    message: 'the request by which SNS has brought the feedback',
  })

  for (const secret of [learner.email, learner.name, learner.password, token]) {
    expect(JSON.stringify(spans)).not.toContain(secret)
  }
  const logged = await Promise.all(['enrollment-api', 'email-worker'].map((app) => readLines(app, traceId)))
  expect(logged.flat()).toEqual(
    expect.arrayContaining([
      'Request completed',
      'Enrollment completed event published',
      'Processing enrollment email',
      'Email sent successfully',
    ]),
  )
})

test('a problem names the trace that tells why', async () => {
  const answer = await enroll('req-refused', 'Bearer none')

  const { status, traceId } = (await answer.json()) as { status: number; traceId: string }
  expect(status).toBe(401)
  await waitFor(() => traces.spansOf(traceId).length === 2, { ...patience, message: 'both spans' })
  expect(
    traces
      .spansOf(traceId)
      .map(({ service }) => service)
      .toSorted(),
  ).toEqual(['enrollment-api', 'web'])
  expect(traces.spansOf('req-refused')).toEqual(traces.spansOf(traceId))
})

/** The messages that an app has logged with the id of the trace. */
async function readLines(app: string, traceId: string): Promise<string[]> {
  const text = await readFile(join(directory, 'run', app, 'server.log'), 'utf8')
  const lines = text.split('\n').filter((line) => line.includes(`"traceId":"${traceId}"`))
  return lines.map((line) => JSON.parse(line).msg)
}
