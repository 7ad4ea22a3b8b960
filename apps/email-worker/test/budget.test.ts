import { randomUUID } from 'node:crypto'
import { waitFor } from '@coursewire/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createBudget } from '../src/emails/budget.ts'
import { createSesMailer } from '../src/emails/mailer.ts'
import { logger, openLedger } from './ledger.ts'
import { serve } from './neighbours.ts'

const ledger = await openLedger()

test('SES is asked for the quota once a minute, and once a second while it refuses mails for it', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    const quota = '<MaxSendRate>10</MaxSendRate><Max24HourSend>-1</Max24HourSend><SentLast24Hours>0</SentLast24Hours>'
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
  const budget = createBudget({ db: ledger.db, mailer, logger, monotonicMs: () => time })
  const ask = (ms: number, isUrgent: boolean) => {
    time += ms
    for (let mail = 0; mail < 8; mail += 1) budget.keep({ isUrgent })
  }

  ask(0, false)
  ask(999, true)
  await waitFor(() => asked > 0)
  ask(1, true)
  ask(59_999, false)
  ask(1, false)
  await waitFor(async () => asked === 3 && (await ledger.pool.query('SELECT FROM sending_budget')).rowCount === 1)

  expect(asked).toBe(3)
})
