/** Every operation of the document with every kind of caller, so that a new route is tested without a new test. */
import { randomUUID } from 'node:crypto'
import type { Caller } from '@coursewire/service-kit'
import {
  accessRefusals,
  type Described,
  exampleRequest,
  expectedRefusal,
  readOperations,
} from '@coursewire/testing/openapi'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashPassword } from '../src/accounts/passwords.ts'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'
import { aPerson, readEvents } from './people.ts'

const operations = readOperations(new URL('../openapi.json', import.meta.url))
const scopes = ['account-mails']
const passwordHash = await hashPassword(randomUUID())
const kinds = [
  { kind: 'nobody', caller: null },
  { kind: 'a student', caller: { role: 'student', scopes: [] } },
  { kind: 'an editor', caller: { role: 'editor', scopes: [] } },
  { kind: 'an admin', caller: { role: 'admin', scopes: [] } },
  { kind: 'a service', caller: { role: 'service', scopes: [] } },
  { kind: 'a service with every scope', caller: { role: 'service', scopes } },
] as const

let service: Service
/** The ids of what tenant acme has, by the name of the parameter that stands for it. */
let known: Record<string, string>
beforeAll(async () => {
  service = await startService()
  const student = await aPerson(service)
  const courseId = await anOpenCourse(service)
  await service.post(student.token, { courseId })
  const sessionId = String(decodeJwt(student.token)['sid'])
  await student.call('POST', '/auth/password-reset', { email: student.email })
  const [asked] = await readEvents(service, student.id)
  known = { id: student.id, courseId, sessionId, requestId: asked?.payload.request_id ?? '', kind: 'notice' }
})
afterAll(() => service.close())

const knownFor = ({ path }: Described) => (path.startsWith('/internal/tenants/') ? { ...known, id: 'acme' } : known)

async function tokenOf(caller: (typeof kinds)[number]['caller'], tenantId = 'acme'): Promise<string | null> {
  if (!caller) return null
  const { role } = caller
  if (role !== 'service') {
    const { id, token } = await aStudent(service, { tenantId, roles: [role] })
    await service.admin.query('UPDATE users SET password_hash = $2 WHERE id = $1', [id, passwordHash])
    return token
  }
  const { token } = await service.ctx.tokens.issue({
    id: 'email-worker',
    tenantId,
    roles: [role],
    scopes: caller.scopes,
  })
  return token
}

async function call(described: Described, values: Record<string, string>, token: string | null) {
  const { url, body } = exampleRequest(described, values)
  return service.app.inject({
    method: described.method,
    url,
    headers: { 'if-match': '*', ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { payload: body as object }),
  })
}

describe.each(operations)('$method $path', (described) => {
  it.each(kinds)('admits or refuses $kind as the document says', async ({ caller }) => {
    const answer = await call(described, knownFor(described), await tokenOf(caller))

    const refusal = expectedRefusal(described, caller)
    const { code } = answer.body === '' ? {} : answer.json<{ code?: string }>()
    if (refusal === null) expect(accessRefusals).not.toContain(code)
    else expect([answer.statusCode, code]).toEqual([refusal === 'token.invalid' ? 401 : 403, refusal])
    expect(answer.statusCode).not.toBe(500)
  })
})

describe.each(operations.filter(({ path, operation }) => path.includes('{') && operation.security?.length))(
  '$method $path of another tenant',
  (described) => {
    it('is answered as if it did not exist, and changes nothing', async () => {
      const roles = described.operation.security?.map(({ bearer: [role] }) => role as Caller['roles'][number]) ?? []
      const unknown = {
        ...known,
        id: 'usr_nobody',
        courseId: 'course-nobody',
        sessionId: randomUUID(),
        requestId: randomUUID(),
      }
      const before = await readAll('acme')

      for (const role of roles) {
        const token = await tokenOf({ role, scopes } as (typeof kinds)[number]['caller'], 'globex')
        const theirs = await call(described, knownFor(described), token)
        const nobodys = await call(described, unknown, token)
        expect(anonymous(theirs.json())).toEqual(anonymous(nobodys.json()))
        expect(theirs.statusCode).toBe(404)
      }
      expect(await readAll('acme')).toEqual(before)
    })
  },
)

const anonymous = (answer: object) => ({ ...answer, instance: '', requestId: '' })

/** A digest of each table's rows of the tenant. */
async function readAll(tenantId: string): Promise<Record<string, unknown>> {
  const { rows: tables } = await service.admin.query<{ name: string; column: string }>(
    `SELECT table_name AS name, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND (column_name = 'tenant_id' OR (table_name, column_name) = ('tenants', 'id'))`,
  )
  expect(tables.length).toBeGreaterThan(5)
  const digests = tables.map(async ({ name, column }) => {
    const { rows } = await service.admin.query<{ digest: string }>(
      `SELECT md5(string_agg(row::text, '' ORDER BY row::text)) AS digest FROM ${name} AS row WHERE ${column} = $1`,
      [tenantId],
    )
    return [name, rows[0]?.digest] as const
  })
  return Object.fromEntries(await Promise.all(digests))
}

it('the beginning of a path says who may call it', () => {
  const allowed = [
    { prefix: '/internal/', roles: ['service'] },
    { prefix: '/api/admin/', roles: ['admin'] },
    { prefix: '/api/subscriptions', roles: [] },
    { prefix: '/api/', roles: ['student', 'editor', 'admin'] },
    { prefix: '/', roles: [] },
  ]

  for (const { path, operation } of operations) {
    const { roles = [] } = allowed.find(({ prefix }) => path.startsWith(prefix)) ?? {}
    const asked = operation.security?.map(({ bearer: [role] }) => role) ?? []
    expect([path, asked.filter((role) => !roles.includes(role ?? '')), asked.length > 0]).toEqual([
      path,
      [],
      roles.length > 0,
    ])
  }
})
