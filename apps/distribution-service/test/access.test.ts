/** Every operation of the document with every kind of caller, so that a new route is tested without a new test. */
import type { Role } from '@coursewire/service-kit'
import { accessRefusals, exampleRequest, expectedRefusal, readOperations } from '@coursewire/testing/openapi'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAsEditor } from './helpers.ts'

const operations = readOperations(new URL('../openapi.json', import.meta.url))
const roles: (Role | null)[] = [null, 'student', 'editor', 'admin', 'service']

let service: Awaited<ReturnType<typeof openAsEditor>>
beforeAll(async () => {
  service = await openAsEditor()
  return service.close
})

/** A public entry with a version, by the names of the parameters that stand for its parts. */
async function anEntry(): Promise<Record<string, string>> {
  const { id, slug, courseId } = await service.create()
  await service.call('POST', `/${id}/publish`)
  await service.call('POST', `/${id}/versions`, { changelog: 'one' })
  return { id, slug, courseId, version: 'v1', accountId: 'usr_1' }
}

async function call(described: (typeof operations)[number], known: Record<string, string>, caller: object) {
  const { url, body } = exampleRequest(described, known)
  return service.callAny(described.method, url, { body, headers: { 'if-match': '*' }, ...caller })
}

describe.each(operations)('$method $path', (described) => {
  it.each(roles)('admits or refuses %s as the document says', async (role) => {
    const { status, body } = await call(described, await anEntry(), role ? { roles: [role] } : {})

    const refusal = expectedRefusal(described, role && { role, scopes: [] })
    if (refusal === null) expect(accessRefusals).not.toContain(body?.code)
    else expect([status, body.code]).toEqual([refusal === 'token.invalid' ? 401 : 403, refusal])
    expect(status).not.toBe(500)
  })
})

// For a person of another tenant the answer is empty, not a 404.
const ofResources = operations.filter(
  ({ path, operation }) => path.includes('{') && operation.security?.length && '404' in operation.responses,
)
describe.each(ofResources)('$method $path of another tenant', (described) => {
  it('is answered as if it did not exist', async () => {
    const known = await anEntry()
    const unknown = { ...known, id: 'dist_none', courseId: 'course_none' }

    for (const { bearer } of described.operation.security ?? []) {
      const caller = { roles: bearer, tenantId: 'globex' }
      const theirs = await call(described, known, caller)
      const nobodys = await call(described, unknown, caller)

      expect({ ...theirs.body, instance: '', requestId: '' }).toEqual({
        ...nobodys.body,
        instance: '',
        requestId: '',
      })
      expect(theirs.status).toBe(404)
    }
    expect(await service.read(known['id'] ?? '')).toMatchObject({ visibility: 'public' })
  })
})
