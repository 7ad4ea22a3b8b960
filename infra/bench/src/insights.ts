// oxlint-disable no-restricted-imports -- an app is no package; here its parts are measured without the process around them
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import {
  distributionEnrollmentClicked,
  distributionViewed,
  enrollmentCompleted,
  type KafkaRecord,
  toKafkaRecord,
} from '@coursewire/events'
import type { Handler } from '@coursewire/messaging'
import { now } from '@coursewire/service-kit'
import { readCounted, readJoined } from '../../../apps/insights/src/analytics/repository.ts'
import { handlers } from '../../../apps/insights/src/consumer.ts'
import type { Comparison } from './benchmark.ts'
import { consumeAll } from './consume.ts'
import { effectTable } from './effects.ts'
import type { Environment, Store } from './environment.ts'
import { measureReads } from './reads.ts'

const EVENTS = 60_000
const PAGES = 1_000
const DISTRIBUTIONS = 100_000
/** The number of distributions that have a year of days. The others have one day. */
const OLD_DISTRIBUTIONS = 1_000
const READS = 500
const year = { from: '2026-01-01', to: '2026-12-31' }
const migrations = {
  folder: fileURLToPath(new URL('../../../apps/insights/migrations', import.meta.url)),
  table: 'migrations',
}

/** Measures what it costs to count a mix of events. */
export async function createInsightsComparison(environment: Environment): Promise<Comparison> {
  const [insights, effects] = await Promise.all([
    environment.createStore(migrations),
    environment.createStore(effectTable),
  ])
  const { rows } = await insights.owner.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'event\\_%'`,
  )
  return {
    work: `insights: ${EVENTS.toLocaleString('en')} views, clicks and enrolments counted`,
    floorWork: 'as many enrolments consumed with one effect row each',
    figures: { throughput: { unit: 'events/s', aim: { atLeast: 0.6 } } },
    ours: () =>
      consumeAll(
        environment,
        insights,
        { count: EVENTS },
        {
          buildRecords: buildMix,
          tables: rows.map(({ name }) => name),
          counted: 'event_dedup',
          createHandlers: (topic, onHandled) =>
            handlers.map(
              (handler): Handler => ({
                ...handler,
                topic,
                handle(tx, events) {
                  onHandled(events.length)
                  return handler.handle(tx, events)
                },
              }),
            ),
        },
      ),
    floor: () => consumeAll(environment, effects, { count: EVENTS }),
  }
}

/** Measures how long it takes to read the year of one course among many. */
export async function createFunnelComparison(environment: Environment): Promise<Comparison> {
  const insights = await environment.createStore(migrations)
  const readRows = (which: number) =>
    insights.pool.query({
      name: 'rows',
      text: `SELECT kind, value, day, total FROM totals
             WHERE tenant_id = 'bench' AND distribution_id = $1 AND day BETWEEN $2 AND $3`,
      values: [`dist_${which}`, year.from, year.to],
    })
  return {
    work: `insights: a year by day of one course among ${DISTRIBUTIONS.toLocaleString('en')} distributions`,
    floorWork: 'the same rows of totals by their index, as they are',
    figures: { p50: { unit: 'ms', aim: { atMost: 4 } }, p99: { unit: 'ms', aim: null } },
    isMeasuredOnce: true,
    async ours() {
      await fill(insights)
      return measureReads(READS, OLD_DISTRIBUTIONS, (which) =>
        Promise.all([
          readCounted(insights.db, 'bench', [`dist_${which}`], year),
          readJoined(insights.db, 'bench', { courseId: `course_${which}` }, year),
        ]),
      )
    },
    floor: () => measureReads(READS, OLD_DISTRIBUTIONS, readRows),
  }
}

/** Builds seven views, two clicks and an enrolment in turn, of a thousand pages. */
function buildMix(topic: string, count: number, from: number): KafkaRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    const page = number % PAGES
    const at = now()
    const of = { distribution_id: `dist_${page}`, slug: `page-${page}`, cta_type: 'start' }
    const meta = { tenantId: 'bench', correlationId: randomUUID(), causationId: null }
    const event = { id: randomUUID(), at }
    const step = number % 10
    if (step < 7) {
      const payload = {
        ...of,
        view_count: number + 1,
        viewed_at: at,
        referrer_category: 'organic_search',
        referrer_view_count: number + 1,
        cta_view_count: number + 1,
      } as const
      return toKafkaRecord({ ...distributionViewed, topic }, distributionViewed.build(payload, meta, event))
    }
    if (step < 9) {
      const payload = { ...of, enrollment_count: number + 1, clicked_at: at, cta_enrollment_count: number + 1 }
      return toKafkaRecord(
        { ...distributionEnrollmentClicked, topic },
        distributionEnrollmentClicked.build(payload, meta, event),
      )
    }
    const payload = {
      enrollment_id: `enr_${randomUUID()}`,
      student_id: randomUUID(),
      course_id: `course_${page}`,
      enrollment_type: 'free',
      enrolled_at: at,
      source: 'manual',
      payment_status: 'free',
      activation: 1,
      distribution_id: of.distribution_id,
      cta_type: of.cta_type,
    } as const
    return toKafkaRecord({ ...enrollmentCompleted, topic }, enrollmentCompleted.build(payload, meta, event))
  })
}

/** Writes eight totals a day and distribution, and two rows of enrolments a day and course. */
async function fill({ owner }: Store): Promise<void> {
  await owner.query('TRUNCATE totals, enrollments, pages')
  await owner.query(
    `INSERT INTO pages (tenant_id, distribution_id, course_id, is_whole)
     SELECT 'bench', 'dist_' || n, 'course_' || n, true FROM generate_series(0, $1::int - 1) AS n`,
    [DISTRIBUTIONS],
  )
  await owner.query(
    `INSERT INTO totals (tenant_id, distribution_id, kind, value, day, total)
     SELECT 'bench', 'dist_' || n, kind, value, $1::date + day, 10 * (day + 1)
     FROM generate_series(0, $2::int - 1) AS n, generate_series(0, CASE WHEN n < $3::int THEN 364 ELSE 0 END) AS day,
          (VALUES ('views', ''), ('views_by_referrer', 'organic_search'), ('views_by_referrer', 'social'),
                  ('views_by_referrer', 'direct'), ('views_by_referrer', 'referral'), ('views_by_cta', 'start'), ('clicks', ''), ('clicks_by_cta', 'start'))
            AS counted (kind, value)`,
    [year.from, DISTRIBUTIONS, OLD_DISTRIBUTIONS],
  )
  await owner.query(
    `INSERT INTO enrollments (tenant_id, course_id, day, distribution_id, cta_type, source, joined, "left")
     SELECT 'bench', 'course_' || n, $1::date + day, 'dist_' || n, 'start', source, 3, 1
     FROM generate_series(0, $2::int - 1) AS n, generate_series(0, 364) AS day, (VALUES ('manual'), ('gift')) AS by (source)`,
    [year.from, OLD_DISTRIBUTIONS],
  )
  await owner.query('VACUUM ANALYZE')
}
