import { tenant } from '@coursewire/product'
import type pg from 'pg'
import { connect, startApp, startBare, type Target, targetOf } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import type { Environment } from './environment.ts'
import { type Call, inTurn, loadWarm } from './load.ts'

const CONNECTIONS = 50
const COURSES = 1_000
const HOT = 10
const LEARNERS = 100_000
/** With how many courses each one shares learners. */
const NEIGHBOURS = 50

/** Compares what learners of a course also chose with the same bytes from a bare route. */
export async function createRecommendationComparison({ log }: Environment): Promise<Comparison> {
  const stack = await startApp('insights', log)
  const numbers = await connect(stack.databases.insights.migrateDatabaseUrl)
  await writeChoices(numbers)
  await numbers.end()
  const hot = Array.from({ length: HOT }, (_, index) => `course-${index}`)
  const toCall = (path: string) => (courseId: string) => ({ method: 'GET', path: path + courseId }) satisfies Call
  const path = '/api/recommendations/courses?courseId='
  const ours = targetOf(stack, 'insights')
  const bare = await startBare(stack, {
    name: 'bare-page',
    environment: { PAGE_URL: `${ours.url}${path}course-0`, ACCEPT_ENCODING: 'identity' },
    log,
  })
  return {
    work: `GET /api/recommendations/courses, ${CONNECTIONS} connections, of the same ${HOT} courses`,
    floorWork: 'bare Fastify route that sends the same bytes and headers',
    figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.6 } } },
    ours: () => read(ours, inTurn(hot, toCall(path))),
    floor: () => read(bare, inTurn(hot, toCall('/courses/'))),
    async close() {
      await bare.stop()
      await stack.stop()
    },
  }
}

async function read(target: Target, nextCall: () => Call): Promise<Measured> {
  const { perSecond, cpu } = await loadWarm(target, nextCall, { connections: CONNECTIONS })
  return { throughput: perSecond, ...cpu }
}

/** Writes what the events of so many learners would have led to. */
async function writeChoices(client: pg.Client): Promise<void> {
  await client.query(
    'INSERT INTO learner_counts (tenant_id, learners) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET learners = excluded.learners',
    [tenant, LEARNERS],
  )
  await client.query(
    `INSERT INTO pages (tenant_id, distribution_id, course_id, is_public)
     SELECT $1, 'dist-' || n, 'course-' || n, true FROM generate_series(0, $2::int - 1) AS n`,
    [tenant, COURSES],
  )
  await client.query(
    `INSERT INTO course_counts (tenant_id, course_id, learners)
     SELECT $1, 'course-' || n, 1000 FROM generate_series(0, $2::int - 1) AS n`,
    [tenant, COURSES],
  )
  await client.query(
    `INSERT INTO course_pairs (tenant_id, course_id, other_course_id, learners)
     SELECT $1, 'course-' || one, 'course-' || one + step, 20 + step
     FROM generate_series(0, $2::int - 1) AS one, generate_series(1, $3::int) AS step WHERE one + step < $2`,
    [tenant, COURSES, NEIGHBOURS],
  )
  await client.query('VACUUM ANALYZE')
}
