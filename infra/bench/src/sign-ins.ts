import { availableParallelism } from 'node:os'
import type { Stack } from '@coursewire/local'
import { hash, verify } from '@node-rs/argon2'
import { connect, startApp, targetOf } from './app-processes.ts'
import { type Comparison, type Measured, percentile } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import type { Environment } from './environment.ts'
import { type Call, loadWarm, send } from './load.ts'
import { paced } from './pace.ts'
import { createStudents, emailOf, password, signTokens, writePast } from './students.ts'

const READS_PER_SECOND = 250
const SIGN_INS_PER_SECOND = 20
const SECONDS = 10
const WARM_UP_SECONDS = 1
const HASHING_SECONDS = 4
const STUDENTS = 100
const CONNECTIONS = 8
/** As many as enrollment-api hashes at once. */
const HASHES_AT_ONCE = Math.min(3, Math.max(1, availableParallelism() - 1))

/**
 * Measures sign-ins, each of which is counted and occupies a core for a while: how many there are, and whether they delay the reading of
 * enrolments. Each comes from a new address, so it is a stranger's and takes the most statements.
 */
export async function createSignInComparisons(environment: Environment): Promise<Comparison[]> {
  const stack = await startApp('enrollment-api', environment.log, {
    environment: { TRUST_PROXY: '127.0.0.1' },
  })
  const url = stack.urls.enrollmentApi
  const enrollments = await connect(stack.databases.enrollment.migrateDatabaseUrl)
  const students = await createStudents(stack, enrollments, STUDENTS)
  const tokens = await signTokens(stack, students)
  await writePast(enrollments, students, 10 * STUDENTS)
  const nextSignIn = createSignIns(students)
  const passwordHash = await hash(password)

  async function readWhile(signIns: number): Promise<Measured> {
    const work = async (seconds: number) => {
      const [latencies] = await Promise.all([
        paced(READS_PER_SECOND, seconds, (index) => read(stack, tokens[index % STUDENTS] ?? '')),
        paced(signIns, seconds, () => send(url, nextSignIn())),
      ])
      return latencies
    }
    await work(WARM_UP_SECONDS)
    return { p99: percentile(await work(SECONDS), 0.99) }
  }

  async function signIn(): Promise<Measured> {
    const target = targetOf(stack, 'enrollment-api')
    const { perSecond, cpu } = await loadWarm(target, nextSignIn, { connections: CONNECTIONS })
    return { throughput: perSecond, ...cpu }
  }

  async function verifyOnly(): Promise<Measured> {
    let count = 0
    const endCpu = watchCpu({ app: process.pid })
    const endsAt = performance.now() + HASHING_SECONDS * 1000
    async function verifyInTurn() {
      for (; performance.now() < endsAt; count += 1) await verify(passwordHash, password)
    }
    await Promise.all(Array.from({ length: HASHES_AT_ONCE }, verifyInTurn))
    return { throughput: count / HASHING_SECONDS, ...endCpu(count) }
  }

  return [
    {
      work: `GET /api/enrollments, ${READS_PER_SECOND}/s, while ${SIGN_INS_PER_SECOND} sign-ins/s run`,
      floorWork: 'the same without sign-ins',
      figures: { p99: { unit: 'ms', aim: { atMost: 2 } } },
      ours: () => readWhile(SIGN_INS_PER_SECOND),
      floor: () => readWhile(0),
    },
    {
      work: `POST /auth/signin, ${CONNECTIONS} connections`,
      floorWork: `bare argon2id, the same parameters, ${HASHES_AT_ONCE} at once`,
      figures: { throughput: { unit: '/s', aim: { atLeast: 0.85 } } },
      ours: signIn,
      floor: verifyOnly,
      async close() {
        await enrollments.end()
        await stack.stop()
      },
    },
  ]
}

/** Each call is another sign-in, from an address that no earlier one came from. */
function createSignIns(students: string[]): () => Call {
  let count = 0
  return () => {
    count += 1
    const email = emailOf(students[count % STUDENTS] ?? '')
    const address = `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': address }
    return { method: 'POST', path: '/auth/signin', headers, body: JSON.stringify({ email, password }) }
  }
}

const read = ({ urls }: Stack, token: string) =>
  send(urls.enrollmentApi, {
    method: 'GET',
    path: '/api/enrollments',
    headers: { authorization: `Bearer ${token}` },
  })
