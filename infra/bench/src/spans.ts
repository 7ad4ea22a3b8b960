import { activeTraceparent, inSpan, inSpans, isTracing } from '@coursewire/service-kit'
import { SpanKind } from '@opentelemetry/api'
import type { Comparison } from './benchmark.ts'

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

/** Measures the calls alone: beside a whole enrolment they are too short to be seen. */
export function createSpansComparison(): Comparison {
  return {
    work: 'the calls that would make the spans of an enrolment, without an exporter',
    floorWork: 'the same promises without these calls',
    figures: { 'per enrolment': { unit: 'µs', aim: { oursAtMost: 2 } } },
    ours: () => time(passWithCalls),
    floor: () => time(passWithout),
  }
}
