/** Measures a cost that does not depend on the machine: how many rows a page of recipients reads. */
import type { Database } from '@coursewire/service-kit'
import { type SQL, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listRecipients } from '../src/subscriptions/recipients.ts'
import { type Service, startService } from './helpers.ts'

const RECIPIENTS = 50_000
const LIMIT = 100
const tenantId = 'popular'

let service: Service
beforeAll(async () => {
  service = await startService()
  const run = (text: string, values: unknown[] = []) => service.admin.query(text, values)
  await run(`INSERT INTO tenants (id, name, time_zone, locale) VALUES ('popular', 'Popular', 'UTC', 'en')`)
  await run(
    `INSERT INTO users (tenant_id, id, email, email_key, name, locale, roles, password_hash, verified_at, course_news)
     SELECT 'popular', 'usr_' || number, key, key, 'Student', 'en', '{student}', '', now(), number % 2 = 0
     FROM generate_series(1, $1) AS number, LATERAL (SELECT 'student' || number || '@example.com') AS of (key)`,
    [RECIPIENTS],
  )
  await run(
    `INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status, enrolled_at, created_at, updated_at)
     SELECT 'enr_' || number || course, 'popular', 'usr_' || number, course, 'free', 'manual', 'free', now(), now(), now()
     FROM generate_series(1, $1) AS number, unnest('{course_1,course_2}'::text[]) AS course`,
    [RECIPIENTS],
  )
  // Each has the address of a student, so all of them are left out.
  await run(
    `INSERT INTO subscribers (tenant_id, id, email, email_key, locale)
     SELECT 'popular', 'sub_' || number, key, key, 'en'
     FROM generate_series(1, $1) AS number, LATERAL (SELECT 'student' || number || '@example.com') AS of (key)`,
    [RECIPIENTS],
  )
  await run(
    `INSERT INTO subscriptions (tenant_id, subscriber_id, kind, value)
     SELECT 'popular', 'sub_' || number, kind, value FROM generate_series(1, $1) AS number,
       (VALUES ('target_group', 'bakers'), ('target_group', 'cooks'), ('course', 'course_1')) AS of (kind, value)`,
    [RECIPIENTS],
  )
  await run('VACUUM (ANALYZE) users, enrollments, subscribers, subscriptions')
})
afterAll(() => service.close())

interface Plan {
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

/** Adds up the rows that the parts of a plan have read from tables and indexes. */
function countRows({ Plans: parts = [], ...plan }: Plan): number {
  const read = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
  return parts.reduce((sum, part) => sum + countRows(part), plan['Relation Name'] === undefined ? 0 : read)
}

/** Runs the search in a database that explains its statement instead of answering it. */
async function countRowsRead(search: (db: Database) => Promise<unknown>): Promise<number> {
  let count = 0
  async function execute(statement: SQL) {
    const { rows } = await service.ctx.db.execute<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      sql`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`,
    )
    for (const row of rows) count += countRows(row['QUERY PLAN'][0].Plan)
    return { rows: [] }
  }
  await search({ execute } as unknown as Database)
  return count
}

it.each([
  ['a launch for one target group', 'launch', ['bakers'], ''],
  ['a launch for two target groups, from the middle', 'launch', ['bakers', 'cooks'], 'sub_3'],
  ['a notice, of which all subscribers are left out', 'notice', [], ''],
  ['a notice, from the middle', 'notice', [], 'usr_3'],
  ['a change', 'change', [], 'usr_3'],
] as const)('a page of %s reads few rows, however many there are', async (_, kind, targetGroups, after) => {
  const asked = { tenantId, kind, courseId: 'course_1', targetGroups: [...targetGroups] }

  const read = await countRowsRead((db) => listRecipients(db, asked, { after, limit: LIMIT }))

  expect(read).toBeGreaterThanOrEqual(LIMIT)
  expect(read).toBeLessThanOrEqual(8 * LIMIT)
})
