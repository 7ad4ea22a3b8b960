import { anEnrollment } from '@coursewire/testing'
import { expect, test } from 'vitest'
import { maintainMonths } from '../src/records/months.ts'
import { openLog } from './helpers.ts'

type Log = Awaited<ReturnType<typeof openLog>>

async function listMonths({ db }: Log): Promise<string[]> {
  const { rows } = await db.$client.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'records'::regclass ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

async function countIn({ db }: Log, table: string): Promise<number> {
  const { rows } = await db.$client.query(`SELECT count(*)::int FROM records WHERE tableoid = '${table}'::regclass`)
  return rows[0].count
}

test('there are months for what Kafka still has, and a quarter ahead; repeating that changes nothing', async () => {
  const log = await openLog()
  const months = await listMonths(log)

  await Promise.all([maintainMonths(log.owner, 24), maintainMonths(log.owner, 24)])

  expect(months).toHaveLength(7)
  expect(months.at(-1)).toBe('records_other')
  expect(await listMonths(log)).toEqual(months)
})

test('a record that no month has is kept apart, and moves when its month is made', async () => {
  const log = await openLog()
  await log.storeLate(5, anEnrollment(), anEnrollment())
  expect(await countIn(log, 'records_other')).toBe(2)

  await maintainMonths(log.owner, 24)

  expect(await countIn(log, 'records_other')).toBe(0)
  expect(await log.count('records')).toBe(2)
  expect(await listMonths(log)).toHaveLength(8)
})

test('what is older than the retention goes, whether a month has it or not', async () => {
  const log = await openLog()
  await log.storeLate(5, anEnrollment())
  await maintainMonths(log.owner, 24)
  await log.storeLate(6, anEnrollment())
  await log.store(anEnrollment())

  await maintainMonths(log.owner, 4)

  expect(await log.count('records')).toBe(1)
  expect(await listMonths(log)).toHaveLength(7)
})
