import { anEnrollment } from '@coursewire/testing'
import { beforeEach, expect, test } from 'vitest'
import { openLedger } from './ledger.ts'

const ledger = await openLedger()
beforeEach(() => ledger.clear())

test('an enrolment causes one mail, which names the event that caused it', async () => {
  const event = anEnrollment({ source: 'gift' })

  await ledger.handle(event)

  expect(await ledger.list()).toMatchObject([
    {
      status: 'pending',
      tenantId: 'acme',
      studentId: event.payload.student_id,
      courseId: 'course-1',
      activation: 1,
      template: 'welcome',
      source: 'gift',
      attempt: 0,
      eventId: event.id,
      correlationId: event.meta.correlation_id,
    },
  ])
})

test('a repeated event causes no second mail, in the same run or a later one', async () => {
  const event = anEnrollment()

  await ledger.handle(event, event)
  await ledger.handle(event)

  expect(await ledger.list()).toHaveLength(1)
})

test('the same enrolment under another event id causes no second mail', async () => {
  const first = anEnrollment()

  await ledger.handle(first)
  await ledger.handle(anEnrollment(first.payload))

  expect(await ledger.list()).toMatchObject([{ eventId: first.id }])
})

test('a student who comes back after leaving gets another mail', async () => {
  const first = anEnrollment()

  await ledger.handle(first, anEnrollment({ ...first.payload, activation: 2 }))

  expect(new Set((await ledger.list()).map(({ activation }) => activation))).toEqual(new Set([1, 2]))
})

test('two concurrent transactions with the same enrolments leave one mail for each', async () => {
  const events = Array.from({ length: 50 }, () => anEnrollment())

  await Promise.all([ledger.handle(...events), ledger.handle(...events)])

  expect(await ledger.list()).toHaveLength(50)
})

test('the role of the worker cannot change the table', async () => {
  await expect(ledger.pool.query('ALTER TABLE emails DROP CONSTRAINT emails_once')).rejects.toThrow(/must be owner/)
})
