import { runCommandLine } from '@coursewire/service-kit'
import { aCancelledEnrollment, anEnrollment } from '@coursewire/testing'
import { beforeAll, expect, test } from 'vitest'
import { settle } from '../src/emails/repository.ts'
import { createMails } from '../src/mails.ts'
import { openLedger, sentAs } from './ledger.ts'
import { startNeighbours } from './neighbours.ts'
import { runMails } from './processes.ts'

const ledger = await openLedger()

const mails = (...rawArgs: string[]) => runIn({}, rawArgs)

/** Runs the command without a process of its own. */
async function runIn(env: Record<string, string>, rawArgs: string[]) {
  const printed = { out: '', err: '' }
  const terminal = {
    env: { ...env, DATABASE_URL: ledger.databaseUrl },
    print: (text: string) => Object.assign(printed, { out: text }),
    note: (text: string) => Object.assign(printed, { err: text }),
  }
  const code = await runCommandLine(createMails(terminal), rawArgs, terminal)
  return { ...printed, code }
}

const events = { pending: anEnrollment(), sent: anEnrollment(), unknown: anEnrollment(), failed: anEnrollment() }
const find = (status: keyof typeof events) => ledger.find(events[status].payload.student_id)

beforeAll(async () => {
  await ledger.handle(...Object.values(events))
  await settle(ledger.db, await find('sent'), sentAs('m-1'))
  await settle(ledger.db, await find('unknown'), { status: 'unknown', reason: 'socket hang up' })
  await settle(ledger.db, await find('failed'), {
    status: 'failed',
    reason: 'the name holds a control character',
    failure: 'rejected',
  })
})

test('list shows every mail in a table or as JSON', async () => {
  const { out, code } = await mails('list')
  const json = await mails('list', '--json')

  const [head, ...lines] = out.split('\n')
  expect(code).toBe(0)
  expect(head).toMatch(/^ID +STATUS +CREATED +TENANT +TEMPLATE +RECIPIENT +FACT +ATTEMPT +REASON$/)
  expect(lines).toHaveLength(4)
  const { id, recipient } = await find('unknown')
  expect(lines).toContainEqual(
    expect.stringMatching(
      new RegExp(`^${id}  unknown  .{19}Z  acme    welcome   ${recipient}  course-1  0        socket hang up$`),
    ),
  )
  expect(JSON.parse(json.out)).toEqual(await ledger.list())
})

test('list can be filtered by state, tenant, template and time, and limited', async () => {
  const count = async (...args: string[]) => JSON.parse((await mails('list', '--json', ...args)).out).length as number

  expect(
    await Promise.all([
      count('--status', 'sent'),
      count('--tenant=other'),
      count('--template=welcome'),
      count('--recipient', events.sent.payload.student_id),
      count('--template=verification'),
      count('--tenant=acme', '--since=1h'),
      count('--since', '2999-01-01'),
      count('--limit=3'),
    ]),
  ).toEqual([1, 0, 4, 1, 0, 4, 0, 3])
  expect(await mails('list', '--tenant=other')).toEqual({ out: 'No mails', err: '', code: 0 })
})

test('unknown lists the mails that wait for a person', async () => {
  const { out } = await mails('unknown', '--json')

  expect(JSON.parse(out)).toMatchObject([{ id: (await find('unknown')).id, reason: 'socket hang up' }])
})

test('missing lists the enrolments that have no mail', async () => {
  const { env, state } = await startNeighbours()
  const { enrollment_id: id, student_id: studentId, course_id: courseId } = events.sent.payload
  const lost = { id: 'enr_lost', studentId: 'usr_lost', courseId, activation: 1 }
  state.enrollments = [[{ id, studentId, courseId, activation: 1 }], [lost]]

  expect(JSON.parse((await runIn(env, ['missing', '--json'])).out)).toEqual([lost])
  expect((await runIn(env, ['missing'])).out).toContain('usr_lost')
  state.enrollments = [[{ id, studentId, courseId, activation: 1 }]]
  expect((await runIn(env, ['missing'])).out).toBe('Every enrolment has its mail')
  expect(await mails('missing')).toMatchObject({ code: 1, err: expect.stringContaining('ENROLLMENT_API_URL') })
})

test('show prints everything about one mail', async () => {
  const email = await find('sent')

  const { out } = await mails('show', email.id)

  expect(out).toMatch(/^messageId +m-1$/m)
  expect(out).toMatch(new RegExp(`^eventId +${events.sent.id}$`, 'm'))
  expect(out).toMatch(/^claimedAt +–$/m)
  expect(out).toMatch(/^at .*changedBy/im)
  const history = await ledger.history(email.id)
  expect(JSON.parse((await mails('show', email.id, '--json')).out)).toEqual({ ...email, history })
})

test('resend puts an unknown or failed mail back in the queue once', async () => {
  const ids = [(await find('unknown')).id, (await find('failed')).id]

  for (const id of ids) {
    expect(await mails('resend', id)).toEqual({ out: '1 mail is pending again', err: '', code: 0 })
  }

  expect((await ledger.list()).filter(({ status }) => status === 'pending')).toHaveLength(3)
  expect(await mails('resend', ids[0] ?? '')).toEqual({
    out: '',
    err: `Mail ${ids[0]} is pending: it is about to be sent`,
    code: 1,
  })
})

test('resend with several ids resends all of them or none', async () => {
  const owed = [anEnrollment(), anEnrollment(), anEnrollment()]
  await ledger.handle(...owed)
  const [first, second, third] = await Promise.all(owed.map(({ payload }) => ledger.find(payload.student_id)))
  for (const email of [first, second])
    await settle(ledger.db, email ?? expect.unreachable(), { status: 'failed', reason: 'x', failure: 'fault' })
  const statuses = () => Promise.all(owed.map(async ({ payload }) => (await ledger.find(payload.student_id)).status))

  const refused = await mails('resend', first?.id ?? '', third?.id ?? '')
  expect([refused.code, await statuses()]).toEqual([1, ['failed', 'failed', 'pending']])

  expect(await mails('resend', first?.id ?? '', second?.id ?? '')).toMatchObject({ out: '2 mails are pending again' })
  expect(await statuses()).toEqual(['pending', 'pending', 'pending'])
})

test('resend of a mail that SES has accepted asks for a reason, which its history keeps', async () => {
  const event = anEnrollment()
  await ledger.handle(event)
  const email = await ledger.find(event.payload.student_id)
  await settle(ledger.db, email, sentAs(email.id))

  expect(await mails('resend', email.id)).toEqual({
    out: '',
    err: `Mail ${email.id} is sent: say with --because why it is sent again`,
    code: 1,
  })
  expect(await mails('resend', email.id, '--because', 'Their server has lost it')).toMatchObject({ code: 0 })

  expect((await ledger.history(email.id)).at(-1)).toMatchObject({
    status: 'pending',
    changedBy: 'operator',
    reason: 'Their server has lost it',
    messageId: null,
  })
})

test('resend with a rate spreads the mails over the next minutes', async () => {
  const owed = Array.from({ length: 5 }, () => anEnrollment({ course_id: 'spread' }))
  await ledger.handle(...owed)
  for (const { payload } of owed) {
    const email = await ledger.find(payload.student_id)
    await settle(ledger.db, email, { status: 'failed', reason: 'x', failure: 'fault' })
  }

  expect(await mails('resend', '--course=spread', '--rate=2')).toMatchObject({ out: '5 mails are pending again' })

  const { rows } = await ledger.pool.query<{ seconds: number }>(
    `SELECT extract(epoch FROM due_at - min(due_at) OVER ())::int AS seconds FROM emails WHERE fact = 'spread' ORDER BY id`,
  )
  expect(rows.map(({ seconds }) => seconds)).toEqual([0, 30, 60, 90, 120])
})

test('resend by course and reason counts with --dry-run, and skips mails that may have arrived', async () => {
  const course_id = 'mended'
  const owed = [1, 2, 3, 4].map(() => anEnrollment({ course_id }))
  const elsewhere = anEnrollment({ course_id: 'other' })
  await ledger.handle(...owed, elsewhere)
  const [first, second, third, fourth, fifth] = await Promise.all(
    [...owed, elsewhere].map(({ payload }) => ledger.find(payload.student_id)),
  )
  const title = 'the course title holds a control character'
  for (const [email, status, reason] of [
    [first, 'failed', title],
    [second, 'failed', title],
    [third, 'failed', 'the address is not one plain address'],
    [fourth, 'unknown', title],
    [fifth, 'failed', title],
  ] as const) {
    await settle(ledger.db, email ?? expect.unreachable(), { status, reason, failure: 'fault' })
  }
  const count = async (...args: string[]) => JSON.parse((await mails('list', '--json', ...args)).out).length as number
  const filter = ['--course=mended', '--reason', 'Control character']

  expect(await count(...filter)).toBe(3)
  expect(await mails('resend', ...filter, '--dry-run')).toEqual({
    out: '2 mails would be sent again',
    err: '',
    code: 0,
  })
  expect(await count('--course=mended', '--status=failed')).toBe(3)

  expect(await mails('resend', ...filter)).toEqual({ out: '2 mails are pending again', err: '', code: 0 })
  expect(await mails('resend', ...filter)).toEqual({ out: 'No mails are pending again', err: '', code: 0 })
  expect(await mails('resend', '--course=mended', '--status=unknown')).toMatchObject({ out: '1 mail is pending again' })
  expect(await mails('resend', '--all', '--dry-run')).toMatchObject({ out: '2 mails would be sent again' })
  expect(await count('--course=mended', '--status=pending')).toBe(3)
})

test('resend leaves out a mail that was withdrawn', async () => {
  const owed = anEnrollment({ course_id: 'left' })
  await ledger.handle(owed, aCancelledEnrollment({ student_id: owed.payload.student_id, course_id: 'left' }))
  const { id } = await ledger.find(owed.payload.student_id, 'welcome')

  expect(await mails('resend', '--course=left')).toMatchObject({ out: 'No mails are pending again' })
  expect(await mails('resend', id)).toEqual({
    out: '',
    err: `Mail ${id} must not be sent any more: the enrolment was cancelled`,
    code: 1,
  })
})

const nobody = '019a0000-0000-7000-8000-000000000000'

test.each([
  [['show', nobody], `No mail has the id ${nobody}`, 1],
  [['resend', nobody], `No mail has the id ${nobody}`, 1],
  [['resend'], 'Name the mails: give ids from the list, or filters, or --all', 2],
  [['resend', '--status=unknown'], 'Name the mails', 2],
  [['resend', nobody, '--course=x'], 'Name the mails', 2],
  [['resend', nobody, '--status=failed'], 'Use --status only with filters or --all', 2],
  [['resend', '--all', '--status=sent'], 'unknown', 2],
  [['show', 'x'], 'Expected the id of a mail, a UUID', 2],
  [['list', '--status=lost'], 'pending', 2],
  [['list', '--since=yesterday'], 'Expected a moment', 2],
  [['list', '--limit=0'], 'limit', 2],
  [['list', '--stauts=sent'], "Unknown option '--stauts'", 2],
  [['show', nobody, 'another'], 'Unexpected argument: another', 2],
])('%j is refused', async (args, message, expectedCode) => {
  const { err, code } = await mails(...args)

  expect(err).toContain(message)
  expect(err).not.toMatch(/^ +at /m)
  expect(code).toBe(expectedCode)
})

test('the process prints its result, and exits with an error code if it fails', async () => {
  const { id } = await find('sent')

  const [done, refused, unfinished, unset, unreachable] = await Promise.all([
    runMails(ledger.databaseUrl, 'show', id),
    runMails(ledger.databaseUrl, 'lost'),
    runMails(ledger.databaseUrl, 'show'),
    runMails(undefined, 'list'),
    runMails('postgres://nobody@127.0.0.1:1/none', 'list'),
  ])

  expect(done).toEqual({ ...(await mails('show', id)), err: '' })
  expect(refused).toMatchObject({ err: expect.stringContaining('Unknown command lost'), code: 2 })
  expect(unfinished).toMatchObject({
    err: expect.stringContaining('Expected the id of a mail, a UUID\n  → at id'),
    code: 2,
  })
  expect(unset).toMatchObject({ err: expect.stringContaining('DATABASE_URL'), code: 1 })
  expect(unreachable).toMatchObject({ err: expect.stringMatching(/^.*ECONNREFUSED.*$/), code: 1 })
})
