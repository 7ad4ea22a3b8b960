import { runCommandLine } from '@coursewire/service-kit'
import { anEnrollment } from '@coursewire/testing'
import { beforeAll, expect, test } from 'vitest'
import { settle } from '../src/emails/repository.ts'
import { createMails } from '../src/mails.ts'
import { openLedger } from './ledger.ts'
import { runMails } from './processes.ts'

const ledger = await openLedger()

/** The command without a process around it. */
async function mails(...rawArgs: string[]) {
  const printed = { out: '', err: '' }
  const terminal = {
    env: { DATABASE_URL: ledger.databaseUrl },
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
  await settle(ledger.db, await find('sent'), { status: 'sent', messageId: 'm-1' })
  await settle(ledger.db, await find('unknown'), { status: 'unknown', reason: 'socket hang up' })
  await settle(ledger.db, await find('failed'), { status: 'failed', reason: 'the name holds a control character' })
})

test('list shows every mail in a table, and as JSON', async () => {
  const { out, code } = await mails('list')
  const json = await mails('list', '--json')

  const [head, ...lines] = out.split('\n')
  expect(code).toBe(0)
  expect(head).toMatch(/^ID +STATUS +CREATED +TENANT +STUDENT +COURSE +ATTEMPT +REASON$/)
  expect(lines).toHaveLength(4)
  const { id, studentId } = await find('unknown')
  expect(lines).toContainEqual(
    expect.stringMatching(
      new RegExp(`^${id}  unknown  .{19}Z  acme    ${studentId}  course-1  0        socket hang up$`),
    ),
  )
  expect(JSON.parse(json.out)).toEqual(await ledger.list())
})

test('list is filtered by state, tenant, time and number', async () => {
  const count = async (...args: string[]) => JSON.parse((await mails('list', '--json', ...args)).out).length as number

  expect(
    await Promise.all([
      count('--status', 'sent'),
      count('--tenant=other'),
      count('--tenant=acme', '--since=1h'),
      count('--since', '2999-01-01'),
      count('--limit=3'),
    ]),
  ).toEqual([1, 0, 4, 0, 3])
  expect(await mails('list', '--tenant=other')).toEqual({ out: 'No mails', err: '', code: 0 })
})

test('unknown lists what waits for a person', async () => {
  const { out } = await mails('unknown', '--json')

  expect(JSON.parse(out)).toMatchObject([{ id: (await find('unknown')).id, reason: 'socket hang up' }])
})

test('show tells all of one mail', async () => {
  const email = await find('sent')

  const { out } = await mails('show', email.id)

  expect(out).toMatch(/^messageId +m-1$/m)
  expect(out).toMatch(new RegExp(`^eventId +${events.sent.id}$`, 'm'))
  expect(out).toMatch(/^claimedAt +–$/m)
  expect(JSON.parse((await mails('show', email.id, '--json')).out)).toEqual(email)
})

test('resend puts an unknown or a failed mail back in the queue, once', async () => {
  const ids = [(await find('unknown')).id, (await find('failed')).id]

  for (const id of ids) {
    expect(await mails('resend', id)).toEqual({ out: `Mail ${id} is pending again`, err: '', code: 0 })
  }

  expect((await ledger.list()).filter(({ status }) => status === 'pending')).toHaveLength(3)
  expect(await mails('resend', ids[0] ?? '')).toEqual({
    out: '',
    err: `Mail ${ids[0]} is pending: only an unknown or failed one is sent again`,
    code: 1,
  })
})

const nobody = '019a0000-0000-7000-8000-000000000000'

test.each([
  [['show', nobody], `No mail has the id ${nobody}`, 1],
  [['resend', nobody], `No mail has the id ${nobody}`, 1],
  [['show', 'x'], 'Expected the id of a mail, a UUID', 2],
  [['list', '--status=lost'], 'pending', 2],
  [['list', '--since=yesterday'], 'Expected a moment', 2],
  [['list', '--limit=0'], 'limit', 2],
  [['list', '--stauts=sent'], 'Unknown option: --stauts=sent', 2],
  [['show', nobody, 'another'], 'Unknown option: another', 2],
])('%j is refused', async (args, message, expectedCode) => {
  const { err, code } = await mails(...args)

  expect(err).toContain(message)
  expect(err).not.toMatch(/^ +at /m)
  expect(code).toBe(expectedCode)
})

test('as a process it prints, and ends with an error code when it could not do what it was told', async () => {
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
    err: expect.stringContaining('Missing required positional argument: ID'),
    code: 2,
  })
  expect(unset).toMatchObject({ err: expect.stringContaining('DATABASE_URL'), code: 1 })
  expect(unreachable).toMatchObject({ err: expect.stringMatching(/^.*ECONNREFUSED.*$/), code: 1 })
})
