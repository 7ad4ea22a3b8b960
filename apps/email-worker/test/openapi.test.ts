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
// It can be resent.
const other = anEnrollment()
await ledger.handle(event, other)
const { id: emailId } = await ledger.find(other.payload.student_id)
// The worker leaves them as they are.
await ledger.pool.query(`UPDATE emails SET status = 'sent', message_id = id`)

// Nothing is sent, whatever is resent.
await ledger.pause()

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
    options: { tenantId?: string; headers?: object; body?: unknown } = {},
  ) {
    const { tenantId, headers, body } = options
    const authorization = role && { authorization: `Bearer ${await issue(role, tenantId)}` }
    const answer = await app.inject({
      method,
      url,
      headers: { ...headers, ...authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    })
    const type = String(answer.headers['content-type'])
    return { status: answer.statusCode, type, body: answer.body === '' ? null : answer.json() }
  }
  return { call }
}

describe.each(readOperations(new URL('../openapi.json', import.meta.url)))('$method $path', (described) => {
  const { method } = described

  it.each([null, 'student', 'editor', 'admin', 'service'])(
    'admits or refuses %s as the document says',
    async (role) => {
      const { call } = await startApp()

      const example = exampleRequest(described, { accountId, id: emailId })
      const { status, body } = await call(method, example.url, role, { body: example.body })

      const refusal = expectedRefusal(described, role === null ? null : { role, scopes: [] })
      if (refusal === null) expect([200, 202, 204, 404]).toContain(status)
      else expect([status, body.code]).toEqual([refusal === 'token.invalid' ? 401 : 403, refusal])
    },
  )

  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const { call } = await startApp()
    const checkAnswer = createAnswerCheck(described)
    const seen = new Set<number>()

    const { body: example } = exampleRequest(described, { accountId, id: emailId })
    type Request = { url: string; headers: object; body: unknown }
    const send = async ({ url, headers, body }: Request, role: string, isExample: boolean) => {
      const answer = await call(method, url, role, { headers, body: isExample ? example : body })
      seen.add(answer.status)
      checkAnswer(answer)
    }
    const roles = fc.constantFrom('service', 'service', 'admin', 'admin', 'student')
    const requests = arbitraryRequest(described, { accountId: [accountId], id: [emailId] })
    await fc.assert(fc.asyncProperty(requests, roles, fc.boolean(), send), { numRuns: REQUESTS, endOnFailure: true })

    // An unknown address cannot be taken off the suppressed ones.
    expect([...seen].some((status) => status < 300 || status === 404)).toBe(true)
  })
})

it('another service learns all mails to an account, but none of another tenant', async () => {
  const { call } = await startApp()
  const url = `/internal/accounts/${accountId}/data`

  const answer = await call('GET', url, 'service')
  const elsewhere = await call('GET', url, 'service', { tenantId: 'globex' })

  const email = await ledger.find(accountId)
  const history = await ledger.history(email.id)
  expect(answer.body).toEqual({ mails: [{ ...email, history, addressSuppressedAt: null }] })
  expect(history.map(({ status }) => status)).toEqual(['pending', 'sent'])
  expect(answer.body.mails).toMatchObject([{ recipient: accountId, template: 'welcome', eventId: event.id }])
  expect(elsewhere.body).toEqual({ mails: [] })
})
