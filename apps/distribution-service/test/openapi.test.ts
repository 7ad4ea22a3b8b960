import type { Role } from '@coursewire/service-kit'
import { arbitraryRequest, createAnswerCheck, readOperations } from '@coursewire/testing/openapi'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAsEditor } from './helpers.ts'

const REQUESTS = 1_000

const operations = readOperations(new URL('../openapi.json', import.meta.url))

let service: Awaited<ReturnType<typeof openAsEditor>>
let sent = 0
const known: Record<string, string[]> = {
  id: [],
  slug: [],
  courseId: ['course_1'],
  accountId: ['person-1'],
  version: ['v1', 'v2'],
  cursor: [],
  after: [],
}
beforeAll(async () => {
  service = await openAsEditor()
  for (let count = 0; count < 3; count += 1) await addFamily()
  return service.close
})

/** A public entry with versions, an old slug and a variant. */
async function addFamily(): Promise<void> {
  const { create, call, change, derive } = service
  const { id, slug } = await create()
  await call('POST', `/${id}/publish`)
  await call('POST', `/${id}/versions`, { changelog: 'one' })
  const { body } = await change(id, { slug: `${slug}-new` })
  const variant = await derive(id)
  known.id?.push(id, variant.id)
  known.cursor?.push(id)
  known.after?.push(id)
  known.slug?.push(slug, body.slug)
}

it('the document requires If-Match wherever its absence is refused', () => {
  const conditional = operations.filter(({ operation }) => '428' in operation.responses)
  const required = operations.filter(({ operation }) =>
    operation.parameters?.some((parameter) => parameter.name === 'if-match' && parameter.required),
  )

  expect(conditional.length).toBeGreaterThan(0)
  expect(required).toEqual(conditional)
})

describe.each(operations)('$method $path', (described) => {
  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const roles = fc.constantFrom<Role>('editor', 'editor', 'editor', 'service', 'service', 'student')
    const checkAnswer = createAnswerCheck(described)
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(arbitraryRequest(described, known), roles, async ({ url, headers, body }, role) => {
        sent += 1
        const from = `10.0.${sent >> 8}.${sent & 255}`
        const answer = await service.callAny(described.method, url, { roles: [role], body, headers, from })
        seen.add(answer.status)
        checkAnswer({ ...answer, type: String(answer.headers['content-type']) })
        // It is gone now, or was with its parent.
        if (answer.status === 204 || answer.body?.code === 'distribution.not-found') {
          known.id = known.id?.filter((id) => !url.includes(id)) ?? []
          if (known.id.length < 4) await addFamily()
        }
      }),
      { numRuns: REQUESTS, endOnFailure: true },
    )
    // It would find nothing if it were always refused.
    expect([...seen].some((status) => status < 400)).toBe(true)
  })
})
