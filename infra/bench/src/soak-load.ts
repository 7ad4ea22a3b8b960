import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { courseGenerationCompleted, toKafkaRecord } from '@coursewire/events'
import type { Base } from '@coursewire/local'
import { publishRecords } from '@coursewire/messaging'
import { tenant } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { now } from '@coursewire/service-kit'
import { connect } from './app-processes.ts'
import { percentile } from './benchmark.ts'
import { createStudents, signTokens } from './students.ts'

const STUDENTS = 5_000

export interface SoakLoad {
  /** The enrolments that were answered with 201 or 200, by student and course. This record is kept outside the system. */
  acknowledged: Map<string, string>
  /** How often each status was answered. If there was no answer, the key is the error code. */
  outcomes: Map<string, number>
  /** Sends enrolments as fast as 50 clients get their answers. */
  burst(count: number, signal: AbortSignal): Promise<void>
  run(options: { rate: number; seconds: number; signal: AbortSignal; onMinute?: (line: string) => void }): Promise<void>
}

/** Prepares enough students and published courses for `pairs` different enrolments. */
export async function createSoakLoad(
  stack: Base,
  { pairs, log }: { pairs: number; log: (line: string) => void },
): Promise<SoakLoad> {
  const courseCount = Math.ceil(pairs / STUDENTS)
  log(`Creating ${STUDENTS} students and ${courseCount} courses`)
  const enrollments = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const students = await createStudents(stack, enrollments, STUDENTS)
  await enrollments.end()
  const courses = await publishCourses(stack, courseCount)
  const tokens = await signTokens(stack, students)
  const acknowledged = new Map<string, string>()
  const outcomes = new Map<string, number>()
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  let ordered = 0

  async function enroll(index: number, isOver: AbortSignal): Promise<number> {
    const token = tokens[index % STUDENTS] ?? ''
    const courseId = courses[Math.floor(index / STUDENTS)] ?? ''
    const startedAt = performance.now()
    // Like a patient client, it repeats a request that was refused or not answered. That is still one enrolment.
    while (!isOver.aborted) {
      try {
        const response = await fetch(`${stack.urls.enrollmentApi}/api/enrollments`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ courseId }),
          signal: AbortSignal.timeout(10_000),
        })
        const { id } = (await response.json()) as { id: string }
        count(String(response.status))
        if (response.ok) {
          acknowledged.set(`${students[index % STUDENTS]}/${courseId}`, id)
          return performance.now() - startedAt
        }
        if (response.status !== 503) throw new Error(`An enrolment was answered with ${response.status}`)
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('An enrolment')) throw error
        count(describeError(error))
      }
      await sleep(500)
    }
    return Number.NaN
  }

  return {
    acknowledged,
    outcomes,
    async burst(count, signal) {
      const end = ordered + count
      const enrollNext = async () => {
        while (ordered < end && !signal.aborted) await enroll(ordered++, signal)
      }
      await Promise.all(Array.from({ length: 50 }, enrollNext))
    },
    async run({ rate, seconds, signal, onMinute = () => undefined }) {
      const startedAt = performance.now()
      const running = new Set<Promise<unknown>>()
      let latencies: number[] = []
      let failure: unknown
      let nextMinute = 1
      for (let count = 0; count < rate * seconds && !signal.aborted; count += 1) {
        const waitMs = startedAt + (count * 1_000) / rate - performance.now()
        if (waitMs > 0) await sleep(waitMs)
        const order: Promise<unknown> = enroll(ordered++, signal)
          .then((ms) => latencies.push(ms))
          .catch((error: unknown) => {
            failure ??= error
          })
          .finally(() => running.delete(order))
        running.add(order)
        if (failure) throw failure
        if (performance.now() - startedAt < nextMinute * 60_000) continue
        const p50 = percentile(latencies, 0.5).toFixed(0)
        onMinute(`${acknowledged.size} enrolled, ${running.size} under way, the median took ${p50} ms`)
        latencies = []
        nextMinute += 1
      }
      await Promise.all(running)
      if (failure) throw failure
    },
  }
}

function describeError(error: unknown): string {
  const { name, cause } = error as { name: string; cause?: { code?: string } }
  return cause?.code ?? name
}

/** Creates courses the normal way: events of CourseFactory, then an editor's publish calls. */
async function publishCourses(stack: Base, count: number): Promise<string[]> {
  const courses = Array.from({ length: count }, (_, index) => `soak-${index}`)
  const records = courses.map((courseId) => {
    const at = now()
    const event = courseGenerationCompleted.build(
      {
        course_id: courseId,
        tenant_id: tenant,
        title: `Soak ${courseId}`,
        description: 'A course that many enrol in',
        language: 'en',
        target_audiences: ['everybody'],
        total_lessons: 3,
        completed_at: at,
      },
      { tenantId: tenant, correlationId: randomUUID(), causationId: null },
      { id: randomUUID(), at },
    )
    return toKafkaRecord(courseGenerationCompleted, event)
  })
  await publishRecords(stack.kafkaClient, records)
  const [token] = await signTokens(stack, ['soak-editor'], 'editor')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const api = `${stack.urls.distributionService}/api/distributions`
  for (const courseId of courses) {
    const id = await waitFor(
      async () => {
        const { items } = (await (await fetch(`${api}?courseId=${courseId}`, { headers })).json()) as {
          items: { id: string }[]
        }
        return items[0]?.id
      },
      { timeoutMs: 60_000, message: `the distribution of ${courseId}` },
    )
    const { ok, status } = await fetch(`${api}/${id}/publish`, { method: 'POST', headers, body: '{}' })
    if (!ok) throw new Error(`${courseId} was not published: ${status}`)
  }
  return courses
}
