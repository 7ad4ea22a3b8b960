/** Every operation of the document with every kind of caller, so that a new route is tested without a new test. */
import { anEnrollment } from '@coursewire/testing'
import {
  arbitraryRequest,
  createAnswerCheck,
  exampleRequest,
  expectedRefusal,
  readOperations,
} from '@coursewire/testing/openapi'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { aDistribution, anExperimentChange, startWorld } from './helpers.ts'

const REQUESTS = 500
const known = { courseId: 'course-1', id: 'dist_1', accountId: 'usr_1' }

async function startKnown() {
  const { take, get } = await startWorld(afterAll)
  const arms = ['plain', 'eager'].map((cta_type) => ({ label: cta_type, cta_type }))
  const experiment = { arms, split: [1, 1], ends_at: '2026-04-01T00:00:00Z' }
  await take(
    aDistribution('dist_1'),
    anExperimentChange('dist_1', '2026-03-01T09:00:00Z', experiment),
    anEnrollment({ course_id: 'course-1', distribution_id: 'dist_1' }),
  )
  return async (url: string, role: string | null) => {
    const answer = await get(url, role as 'admin' | null)
    return { status: answer.statusCode, type: String(answer.headers['content-type']), body: answer.json() }
  }
}

// Reports are only read, so all tests may share them.
const call = await startKnown()

describe.each(readOperations(new URL('../openapi.json', import.meta.url)))('$method $path', (described) => {
  it.each([null, 'student', 'editor', 'admin', 'service'])(
    'admits or refuses %s as the document says',
    async (role) => {
      const { status, body } = await call(exampleRequest(described, known).url, role)

      const refusal = expectedRefusal(described, role === null ? null : { role, scopes: [] })
      if (refusal === null) expect(status).toBe(200)
      else expect([status, body.code]).toEqual([refusal === 'token.invalid' ? 401 : 403, refusal])
    },
  )

  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const checkAnswer = createAnswerCheck(described)
    const seen = new Set<number>()
    const send = async ({ url }: { url: string }, role: string) => {
      const answer = await call(url, role)
      seen.add(answer.status)
      checkAnswer(answer)
    }

    const requests = arbitraryRequest(described, { courseId: ['course-1'], id: ['dist_1'], accountId: ['usr_1'] })
    const roles = fc.constantFrom('admin', 'editor', 'service', 'student')
    await fc.assert(fc.asyncProperty(requests, roles, send), { numRuns: REQUESTS, endOnFailure: true })

    expect([...seen]).toContain(200)
  })
})
