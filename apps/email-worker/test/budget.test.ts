import { randomUUID } from 'node:crypto'
import type { Logger } from '@coursewire/service-kit'
import { anEnrollment, waitFor } from '@coursewire/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createBudget } from '../src/emails/budget.ts'
import { priorities } from '../src/emails/email.ts'
import { createSesMailer } from '../src/emails/mailer.ts'
import { reserveDue } from '../src/emails/repository.ts'
import { keepLines, logger, openLedger } from './ledger.ts'
import { serve } from './neighbours.ts'

const ledger = await openLedger()

/** Starts a budget whose SES says that it has sent so many mails today, and whose minutes pass when the test says so. */
async function startBudget(sentToday = 0, log: Logger = logger) {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    const quota = `<MaxSendRate>100</MaxSendRate><Max24HourSend>-1</Max24HourSend><SentLast24Hours>${sentToday}</SentLast24Hours>`
    const result = `<GetSendQuotaResult>${quota}</GetSendQuotaResult>`
    response.setHeader('content-type', 'text/xml')
    response.end(`<GetSendQuotaResponse>${result}</GetSendQuotaResponse>`)
  })
  vi.stubEnv('AWS_ENDPOINT_URL_SES', url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', randomUUID())
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', randomUUID())
  const mailer = createSesMailer({ region: 'eu-central-1', from: 'a@example.com' })
  onTestFinished(() => {
    mailer.close()
    vi.unstubAllEnvs()
  })
  let time = 0
  const budget = createBudget({ db: ledger.db, mailer, logger: log, monotonicMs: () => time })
  return {
    ask: (ms: number, isUrgent: boolean) => {
      time += ms
      for (let mail = 0; mail < 8; mail += 1) budget.keep({ isUrgent })
    },
    countAsked: () => asked,
  }
}

test('SES is asked for the quota once a minute, and once a second while it refuses mails for it', async () => {
  const { ask, countAsked } = await startBudget()

  ask(0, false)
  ask(999, true)
  await waitFor(() => countAsked() > 0)
  ask(1, true)
  ask(59_999, false)
  ask(1, false)
  await waitFor(
    async () => countAsked() === 3 && (await ledger.pool.query('SELECT FROM sending_budget')).rowCount === 1,
  )

  expect(countAsked()).toBe(3)
})

/** Mails that SES has told so much about. */
async function refuse(count: number, status: 'bounced' | 'complained', reason: string, age = '0') {
  await ledger.pool.query(
    `INSERT INTO email_history (email_id, status, attempt, reason, changed_by, at)
     SELECT gen_random_uuid(), $1, 1, $2, 'ses', now() - $3::interval FROM generate_series(1, $4)`,
    [status, reason, age, count],
  )
}

test.each([
  [100, 5, 'bounced', 'Permanent: General', '0', true],
  [101, 5, 'bounced', 'Permanent: General', '0', false],
  [80, 4, 'bounced', 'Permanent: General', '0', false],
  [100, 50, 'bounced', 'Transient: MailboxFull', '0', false],
  [100, 50, 'bounced', 'Permanent: General', '25 hours', false],
  [5_000, 5, 'complained', 'abuse', '0', true],
  [5_001, 5, 'complained', 'abuse', '0', false],
] as const)(
  'after %i mails, of which %i are %s (%s, %s ago), it is %6$s that news wait',
  async (sent, count, status, reason, age, isPaused) => {
    await ledger.clear()
    await refuse(count, status, reason, age)
    const { ask } = await startBudget(sent)

    ask(0, false)

    // The budget of the test before may still write its row.
    await expect
      .poll(async () => (await ledger.pool.query('SELECT is_news_paused FROM sending_budget')).rows, {
        timeout: 10_000,
      })
      .toEqual([{ is_news_paused: isPaused }])
  },
)

test('while news wait, other mails are sent; the log says what to do, and they are sent when fewer mails are refused', async () => {
  await ledger.clear()
  await refuse(10, 'bounced', 'Permanent: General')
  const { lines, logger: log } = keepLines()
  const { ask } = await startBudget(100, log)
  const [welcome, news] = [anEnrollment(), anEnrollment()]
  await ledger.handle(welcome, news)
  const { id } = await ledger.find(news.payload.student_id)
  await ledger.pool.query('UPDATE emails SET priority = $1 WHERE id = $2', [priorities.news, id])
  const reserve = async () => (await reserveDue(ledger.db, 10, 0)).emails.map(({ recipient }) => recipient)
  const said = (msg: string) => waitFor(() => lines.find((line) => line['msg'] === msg))

  ask(0, false)
  expect(await said('Too many mails are refused: news wait')).toMatchObject({
    bounces: 10,
    sentToday: 100,
    remedy: expect.stringContaining('mails list'),
  })
  expect(await reserve()).toEqual([welcome.payload.student_id])

  await ledger.pool.query(`UPDATE email_history SET at = at - interval '1 day'`)
  ask(60_000, false)
  await said('News are sent again')

  expect(await reserve()).toEqual(expect.arrayContaining([news.payload.student_id]))
})
