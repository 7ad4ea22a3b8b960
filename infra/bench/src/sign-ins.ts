import type { Stack } from '@coursewire/local'
import { connect, startApps } from './app-processes.ts'
import { type Comparison, type Measured, percentile } from './benchmark.ts'
import type { Environment } from './environment.ts'
import { createOrders, type Order } from './load.ts'
import { paced } from './pace.ts'
import { createCourses, createStudents, emailOf, password, signTokens } from './students.ts'

// About a quarter of what the app can do on two cores.
const ENROLLMENTS_PER_SECOND = 250
const SIGN_INS_PER_SECOND = 4
const SECONDS = 10
const WARM_UP_SECONDS = 3
const STUDENTS = 100

/** Measures whether password checks, which each occupy a core for a while, delay enrolments. */
export async function createSignInComparison(environment: Environment): Promise<Comparison> {
  const stack = await startApps(environment.log)
  await Promise.all([stack.apps['email-worker'].stop(), stack.apps['distribution-service'].stop()])
  const enrollments = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const students = await createStudents(stack, enrollments, STUDENTS)
  const tokens = await signTokens(stack, students)
  const courses = await createCourses(enrollments, 100)

  async function load(signIns: number): Promise<Measured> {
    // The process counts sign-ins per address; a restart resets the count.
    await stack.apps['enrollment-api'].restart()
    await enrollments.query('TRUNCATE enrollments')
    const nextOrder = createOrders(tokens, courses)
    const work = async (seconds: number) => {
      const [latencies] = await Promise.all([
        paced(ENROLLMENTS_PER_SECOND, seconds, () => enroll(stack, nextOrder())),
        paced(signIns, seconds, (index) => signIn(stack, emailOf(students[index % STUDENTS] ?? ''))),
      ])
      return latencies
    }
    await work(WARM_UP_SECONDS)
    return { p99: percentile(await work(SECONDS), 0.99) }
  }

  return {
    work: `enrolments, ${ENROLLMENTS_PER_SECOND}/s, while ${SIGN_INS_PER_SECOND} sign-ins/s run`,
    floorWork: 'the same without sign-ins',
    figures: { p99: { unit: 'ms', aim: { atMost: 2 } } },
    ours: () => load(SIGN_INS_PER_SECOND),
    floor: () => load(0),
    async close() {
      await enrollments.end()
      await stack.stop()
    },
  }
}

async function enroll({ urls }: Stack, { token, courseId }: Order): Promise<void> {
  await post(`${urls.enrollmentApi}/api/enrollments`, 201, { courseId }, { authorization: `Bearer ${token}` })
}

async function signIn({ urls }: Stack, email: string): Promise<void> {
  await post(`${urls.enrollmentApi}/auth/signin`, 200, { email, password })
}

async function post(url: string, status: number, body: object, headers: Record<string, string> = {}): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  const response = await fetch(url, { ...init, body: JSON.stringify(body) })
  const text = await response.text()
  if (response.status !== status) throw new Error(`${response.status} from ${url}: ${text}`)
}
