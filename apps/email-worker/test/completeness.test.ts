import { createServiceClient } from '@coursewire/service-kit'
import { aCancelledEnrollment, anEnrollment } from '@coursewire/testing'
import { beforeEach, expect, test } from 'vitest'
import { checkCompleteness } from '../src/emails/completeness.ts'
import { keepLines, openLedger } from './ledger.ts'
import { startNeighbours } from './neighbours.ts'

const ledger = await openLedger()
beforeEach(() => ledger.clear())

const toEnrollment = ({ payload }: ReturnType<typeof anEnrollment>) => ({
  id: payload.enrollment_id,
  studentId: payload.student_id,
  courseId: payload.course_id,
  activation: payload.activation,
})

async function startWorld() {
  const { url, secret, state } = await startNeighbours()
  const { lines, logger } = keepLines()
  const services = createServiceClient({
    tokenUrl: `${url}/auth/service-token`,
    clientId: 'email-worker',
    clientSecret: secret,
    logger,
  })
  const check = () =>
    checkCompleteness({ db: ledger.db, services, enrollmentApiUrl: url, tenants: ['acme', 'acme'], logger })
  return { state, lines, check }
}

test('enrolments that the ledger knows nothing of are named, whichever page they are on', async () => {
  const { state, lines, check } = await startWorld()
  const events = Array.from({ length: 5 }, () => anEnrollment())
  const [mailed, missing, withdrawn, returned, late] = events
  if (!mailed || !missing || !withdrawn || !returned || !late) return expect.unreachable()
  const { student_id, course_id } = withdrawn.payload
  await ledger.handle(mailed, withdrawn, returned)
  await ledger.handle(aCancelledEnrollment({ student_id, course_id }))
  const again = { ...toEnrollment(returned), activation: 2 }
  state.enrollments = [
    [toEnrollment(mailed), toEnrollment(missing)],
    [toEnrollment(withdrawn), again, toEnrollment(late)],
  ]

  await check()

  const wanted = [toEnrollment(missing), again, toEnrollment(late)]
  expect(lines.filter(({ msg }) => msg === 'Enrolments have no mail')).toMatchObject([
    { tenantId: 'acme', count: 3, named: wanted, remedy: expect.any(String) },
  ])
})

test('nothing is said if every enrolment has a mail, and an outage is no gap', async () => {
  const { state, lines, check } = await startWorld()
  const event = anEnrollment()
  await ledger.handle(event)
  state.enrollments = [[toEnrollment(event)]]

  await check()
  expect(lines).toEqual([])

  state.isDown = true
  await check()
  expect(lines).toMatchObject([{ msg: 'Enrolments cannot be compared with the ledger' }])
})
