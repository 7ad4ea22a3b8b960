/** Every operation of the document with every kind of caller, so that a new route is tested without a new test. */
import { loadConfig } from '@coursewire/service-kit'
import { anEnrollment } from '@coursewire/testing'
import {
  arbitraryRequest,
  createAnswerCheck,
  type Described,
  exampleRequest,
  expectedRefusal,
  readOperations,
} from '@coursewire/testing/openapi'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildApp } from '../src/app.ts'
import { configSchema } from '../src/config.ts'
import { createContext } from '../src/context.ts'
import { logger, openLedger } from './ledger.ts'
import { startNeighbours } from './neighbours.ts'

const REQUESTS = 1_000

const ledger = await openLedger()
const event = anEnrollment()
const accountId = event.payload.student_id
await ledger.handle(event)
// So that the worker leaves it as it is.
await ledger.pool.query(`UPDATE emails SET status = 'sent', message_id = 'message-1'`)

/** Starts the HTTP side of a worker that has no Kafka. */
async function startApp() {
  const { env, issue } = await startNeighbours()
  const settings = { ...env, DATABASE_URL: ledger.databaseUrl, KAFKA_BROKERS: '127.0.0.1:9' }
  const ctx = await createContext(loadConfig(configSchema, settings), logger)
  const app = await buildApp(ctx)
  onTestFinished(async () => {
    await app.close()
    await ctx.close()
  })

  async function call(
    method: Described['method'],
    url: string,
    role: string | null,
    options: { tenantId?: string; headers?: object } = {},
  ) {
    const { tenantId, headers } = options
    const authorization = role && { authorization: `Bearer ${await issue(role, tenantId)}` }
    const answer = await app.inject({ method, url, headers: { ...headers, ...authorization } })
    return { status: answer.statusCode, type: String(answer.headers['content-type']), body: answer.json() }
  }
  return { call }
}

describe.each(readOperations(new URL('../openapi.json', import.meta.url)))('$method $path', (described) => {
  const { method } = described

  it.each([null, 'student', 'editor', 'admin', 'service'])(
    'admits or refuses %s as the document says',
    async (role) => {
      const { call } = await startApp()

      const { status, body } = await call(method, exampleRequest(described, { accountId }).url, role)

      const refusal = expectedRefusal(described, role === null ? null : { role, scopes: [] })
      if (refusal === null) expect(status).toBe(200)
      else expect([status, body.code]).toEqual([refusal === 'token.invalid' ? 401 : 403, refusal])
    },
  )

  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const { call } = await startApp()
    const checkAnswer = createAnswerCheck(described)
    const seen = new Set<number>()

    const send = async ({ url, headers }: { url: string; headers: object }, role: string) => {
      const answer = await call(method, url, role, { headers })
      seen.add(answer.status)
      checkAnswer(answer)
    }
    const roles = fc.constantFrom('service', 'service', 'student')
    const requests = arbitraryRequest(described, { accountId: [accountId] })
    await fc.assert(fc.asyncProperty(requests, roles, send), { numRuns: REQUESTS, endOnFailure: true })

    expect(seen).toContain(200)
  }, 120_000)
})

it('another service learns all mails to an account, but none of another tenant', async () => {
  const { call } = await startApp()
  const url = `/internal/accounts/${accountId}/data`

  const answer = await call('GET', url, 'service')
  const elsewhere = await call('GET', url, 'service', { tenantId: 'globex' })

  const [email] = await ledger.list()
  const history = await ledger.history(email?.id ?? '')
  expect(answer.body).toEqual({ mails: [{ ...email, history, addressSuppressedAt: null }] })
  expect(history.map(({ status }) => status)).toEqual(['pending', 'sent'])
  expect(answer.body.mails).toMatchObject([{ recipient: accountId, template: 'welcome', eventId: event.id }])
  expect(elsewhere.body).toEqual({ mails: [] })
})
