/** Measures a cost that does not depend on the machine: how many rows a search for accounts reads. */
import type { Database, Transaction } from '@coursewire/service-kit'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountFilter, listAccounts } from '../src/administration/repository.ts'
import { type Service, startService } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

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

  /** How many rows of these tables this session has read since it last reported that. */
  async function readCounter(tx: Transaction): Promise<number> {
    const { rows } = await tx.execute<{ read: number }>(sql`
      SELECT sum(seq_tup_read + idx_tup_fetch)::int AS read FROM pg_stat_xact_user_tables
      WHERE relname IN ('users', 'account_requests')`)
    return rows[0]?.read ?? 0
  }

  async function countRowsRead(filter: AccountFilter): Promise<number> {
    return service.ctx.db.transaction(async (tx) => {
      const before = await readCounter(tx)
      await listAccounts(tx as unknown as Database, tenantId, filter, { limit: 21 })
      return (await readCounter(tx)) - before
    })
  }

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
    expect(await countRowsRead(filter)).toBeLessThanOrEqual(50)
  })
})
