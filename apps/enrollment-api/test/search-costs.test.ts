/** Measures a cost that does not depend on the machine: how many rows a search reads. */
import type { Database, Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountFilter, listAccounts } from '../src/administration/repository.ts'
import { listRecipients } from '../src/subscriptions/recipients.ts'
import { type Service, startService } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

/** How many rows of these tables this session has read since it last reported that. */
async function readCounter(tx: Transaction, tables: string[]): Promise<number> {
  const { rows } = await tx.execute<{ read: number }>(sql`
    SELECT sum(seq_tup_read + idx_tup_fetch)::int AS read FROM pg_stat_xact_user_tables
    WHERE relname = ANY (${sql.param(tables)}::text[])`)
  return rows[0]?.read ?? 0
}

async function countRowsRead(tables: string[], search: (db: Database) => Promise<unknown>): Promise<number> {
  return service.ctx.db.transaction(async (tx) => {
    const before = await readCounter(tx, tables)
    await search(tx as unknown as Database)
    return (await readCounter(tx, tables)) - before
  })
}

describe('an admin’s search', () => {
  const ACCOUNTS = 20_000
  const tenantId = 'large'
  beforeAll(async () => {
    await service.admin.query(
      `INSERT INTO tenants (id, name, time_zone, locale) VALUES ('large', 'Large', 'UTC', 'en')`,
    )
    await service.admin.query(
      `INSERT INTO users (tenant_id, id, email, email_key, name, locale, roles, password_hash, verified_at)
       SELECT 'large', 'usr_' || number, key, key, 'Student ' || number, 'en', '{student}', '', now()
       FROM generate_series(1, $1) AS number, LATERAL (SELECT 'student' || number || '@example.com') AS of (key)`,
      [ACCOUNTS],
    )
    await service.admin.query(
      `INSERT INTO account_requests (id, tenant_id, account_id, purpose, email, email_key, name, locale, password_hash, expires_at, ended_at)
       SELECT gen_random_uuid(), 'large', 'usr_' || number, 'verification', 'x@example.com', 'x@example.com', 'X', 'en', 'hash', now(), now()
       FROM generate_series(1, $1) AS number`,
      [ACCOUNTS],
    )
    await service.admin.query('VACUUM (ANALYZE) users, account_requests')
  })

  it.each<[string, AccountFilter]>([
    ['everybody', {}],
    ['a name that nobody has', { text: 'ada' }],
    ['a name that one has', { text: 'student 19999' }],
    ['an address that one has', { text: 'student19999@' }],
    ['a name that all have', { text: 'student' }],
    ['disabled accounts, of which there are none', { status: 'disabled' }],
    ['unverified accounts, of which there are none', { status: 'unverified' }],
    ['pending accounts, of which there are none', { status: 'pending' }],
    ['admins, of whom there are none', { role: 'admin' }],
    ['active editors with a name that all have', { text: 'student', status: 'active', role: 'editor' }],
  ])('for %s reads few rows of a large tenant', async (_, filter) => {
    const search = (db: Database) => listAccounts(db, tenantId, filter, { limit: 21 })

    expect(await countRowsRead(['users', 'account_requests'], search)).toBeLessThanOrEqual(50)
  })
})

describe('a page of recipients', () => {
  const RECIPIENTS = 50_000
  const LIMIT = 100
  const tenantId = 'popular'
  beforeAll(async () => {
    await service.admin.query(
      `INSERT INTO tenants (id, name, time_zone, locale) VALUES ('popular', 'Popular', 'UTC', 'en')`,
    )
    await service.admin.query(
      `INSERT INTO users (tenant_id, id, email, email_key, name, locale, roles, password_hash, verified_at, course_news)
       SELECT 'popular', 'usr_' || number, key, key, 'Student', 'en', '{student}', '', now(), number % 2 = 0
       FROM generate_series(1, $1) AS number, LATERAL (SELECT 'student' || number || '@example.com') AS of (key)`,
      [RECIPIENTS],
    )
    await service.admin.query(
      `INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status, enrolled_at, created_at, updated_at)
       SELECT 'enr_' || number || course, 'popular', 'usr_' || number, course, 'free', 'manual', 'free', now(), now(), now()
       FROM generate_series(1, $1) AS number, unnest('{course_1,course_2}'::text[]) AS course`,
      [RECIPIENTS],
    )
    // Each has the address of a student, so all are left out of the notice.
    await service.admin.query(
      `INSERT INTO subscribers (tenant_id, id, email, email_key, locale)
       SELECT 'popular', 'sub_' || number, key, key, 'en'
       FROM generate_series(1, $1) AS number, LATERAL (SELECT 'student' || number || '@example.com') AS of (key)`,
      [RECIPIENTS],
    )
    await service.admin.query(
      `INSERT INTO subscriptions (tenant_id, subscriber_id, kind, value)
       SELECT 'popular', 'sub_' || number, kind, value FROM generate_series(1, $1) AS number,
         (VALUES ('target_group', 'bakers'), ('target_group', 'cooks'), ('course', 'course_1')) AS of (kind, value)`,
      [RECIPIENTS],
    )
    await service.admin.query('VACUUM (ANALYZE) users, enrollments, subscribers, subscriptions')
  }, 120_000)

  it.each([
    ['a launch for one target group', 'launch', ['bakers'], ''],
    ['a launch for two target groups, from the middle', 'launch', ['bakers', 'cooks'], 'sub_3'],
    ['a notice, of which all subscribers are left out', 'notice', [], ''],
    ['a notice, from the middle', 'notice', [], 'usr_3'],
    ['a change', 'change', [], 'usr_3'],
  ] as const)('of %s reads few rows, however many there are', async (_, kind, targetGroups, after) => {
    const asked = { tenantId, kind, courseId: 'course_1', targetGroups: [...targetGroups] }
    const search = (db: Database) => listRecipients(db, asked, { after, limit: LIMIT })

    const read = await countRowsRead(['users', 'enrollments', 'subscribers', 'subscriptions'], search)

    expect(read).toBeGreaterThan(0)
    expect(read).toBeLessThanOrEqual(8 * LIMIT)
  })
})
