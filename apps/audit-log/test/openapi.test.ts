/** Every operation of the document with every kind of caller, so that a new route is tested without a new test. */
import { aBumpedVersion, anEnrollment, aPublishedDistribution } from '@coursewire/testing'
import {
  arbitraryRequest,
  createAnswerCheck,
  exampleRequest,
  expectedRefusal,
  readOperations,
} from '@coursewire/testing/openapi'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openLog, startService } from './helpers.ts'

const REQUESTS = 500
const distribution_id = 'dist_1'
const known = { slug: ['sourdough'], correlationId: ['req-1'] }

async function startWorld() {
  const log = await openLog(afterAll)
  await log.store(
    anEnrollment(),
    aPublishedDistribution({ distribution_id, slug: 'sourdough' }),
    aBumpedVersion({ distribution_id, slug: 'sourdough' }),
  )
  const { app, signToken } = await startService(log.databaseUrl, afterAll)

  async function call(url: string, role: string | null, headers: object = {}) {
    const authorization = role && { authorization: `Bearer ${await signToken([role as 'admin'], 'acme')}` }
    const answer = await app.inject({ method: 'GET', url, headers: { ...headers, ...authorization } })
    const type = String(answer.headers['content-type'])
    const isJson = /^application\/(problem\+)?json/.test(type)
    return { status: answer.statusCode, type, body: isJson ? answer.json() : answer.body || null }
  }
  return { call }
}

// The log is only read, so all tests may share it.
const { call } = await startWorld()

describe.each(readOperations(new URL('../openapi.json', import.meta.url)))('$method $path', (described) => {
  const example = exampleRequest(described, { slug: 'sourdough', correlationId: 'req-1' })

  it.each([null, 'student', 'editor', 'admin', 'service'])(
    'admits or refuses %s as the document says',
    async (role) => {
      const { status, body } = await call(example.url, role)

      const refusal = expectedRefusal(described, role === null ? null : { role, scopes: [] })
      if (refusal === null) expect(status).toBe(200)
      else expect([status, body.code]).toEqual([refusal === 'token.invalid' ? 401 : 403, refusal])
    },
  )

  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const checkAnswer = createAnswerCheck(described)
    const seen = new Set<number>()
    const roles = fc.constantFrom('admin', 'admin', 'student')
    const send = async ({ url, headers }: { url: string; headers: object }, role: string) => {
      const answer = await call(url, role, headers)
      seen.add(answer.status)
      checkAnswer(answer)
    }

    const requests = arbitraryRequest(described, known)
    await fc.assert(fc.asyncProperty(requests, roles, send), { numRuns: REQUESTS, endOnFailure: true })

    expect([...seen]).toContain(200)
  })
})
