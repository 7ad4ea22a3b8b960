import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLedger } from './ledger.ts'

const ledger = await openLedger()
const owner = new pg.Client({ connectionString: ledger.migrateDatabaseUrl })
beforeAll(() => owner.connect())
afterAll(() => owner.end())

async function apply(migration: string) {
  await owner.query(await readFile(new URL(`../migrations/${migration}.sql`, import.meta.url), 'utf8'))
}

test('the mails of earlier versions keep their place in the ledger, and the next one could still read those that were due', async () => {
  await owner.query(`
    DROP TABLE emails, erased_accounts, email_history, suppressions, sns_messages, sending_budget, announcements;
    DROP FUNCTION keep_email_history`)
  await apply('0000_emails')
  const insert = `INSERT INTO emails
    (id, tenant_id, student_id, course_id, activation, template, source, event_id, correlation_id, status, message_id)
    VALUES (gen_random_uuid(), 'acme', $1, 'course-1', 2, 'welcome', 'gift', 'e-1', 'c-1', $2, $3)`
  await owner.query(insert, ['usr_sent', 'sent', 'm-1'])
  await owner.query(insert, ['usr_due', 'pending', null])

  await apply('0001_recipients')

  const due = await owner.query(`SELECT student_id, course_id FROM emails WHERE status = 'pending'`)
  expect(due.rows).toEqual([{ student_id: 'usr_due', course_id: 'course-1' }])
  for (const migration of [
    '0002_feedback',
    '0003_budget',
    '0004_announcements',
    '0005_operators',
    '0006_sent_content',
    '0007_traceparent',
  ]) {
    await apply(migration)
  }

  const kept = { template: 'welcome', fact: 'course-1', activation: 2, source: 'gift', eventId: 'e-1', withdrawn: null }
  expect(await ledger.find('usr_sent')).toMatchObject({ ...kept, status: 'sent', messageId: 'm-1' })
  expect(await ledger.find('usr_due')).toMatchObject({ ...kept, status: 'pending' })
})
