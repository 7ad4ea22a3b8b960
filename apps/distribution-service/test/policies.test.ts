import type { Role } from '@coursewire/service-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAsEditor } from './helpers.ts'

type Policy = { for: 'everybody' | 'editors' | 'services'; body?: object; ifMatch?: string }

/** Every route and its policy. */
const policies: Record<string, Policy> = {
  'GET /api/courses': { for: 'everybody' },
  'GET /api/courses/{slug}': { for: 'everybody' },
  'POST /api/courses/{slug}/views': { for: 'everybody' },
  'POST /api/courses/{slug}/enrollment-clicks': { for: 'everybody', body: { ctaType: 'x' } },
  'GET /internal/pages': { for: 'services' },
  'GET /internal/pages/{slug}': { for: 'services' },
  'GET /internal/waiting-events': { for: 'services' },
  'GET /internal/courses': { for: 'services' },
  'GET /internal/courses/{courseId}': { for: 'services' },
  'GET /internal/distributions/{id}': { for: 'services' },
  'GET /internal/accounts/{accountId}/data': { for: 'services' },
  'GET /api/distributions': { for: 'editors' },
  'POST /api/distributions': { for: 'editors', body: { courseId: 'course_9', title: 'Walls', language: 'en' } },
  'GET /api/distributions/{id}': { for: 'editors' },
  'PATCH /api/distributions/{id}': { for: 'editors', body: { title: 'Moss' }, ifMatch: '*' },
  'DELETE /api/distributions/{id}': { for: 'editors', ifMatch: '*' },
  'POST /api/distributions/{id}/publish': { for: 'editors' },
  'POST /api/distributions/{id}/unpublish': { for: 'editors', body: { reason: 'none' } },
  'GET /api/distributions/{id}/schedule': { for: 'editors' },
  'PUT /api/distributions/{id}/schedule': { for: 'editors', body: {} },
  'POST /api/distributions/{id}/micro-niches': { for: 'editors', body: { targetGroup: ['x'] } },
  'GET /api/distributions/{id}/versions': { for: 'editors' },
  'POST /api/distributions/{id}/versions': { for: 'editors', body: { changelog: 'x' } },
  'GET /api/distributions/{id}/versions/{version}': { for: 'editors' },
  'GET /api/distributions/{id}/versions/{version}/differences': { for: 'editors' },
  'POST /api/distributions/{id}/versions/{version}/restore': { for: 'editors', ifMatch: '*' },
}
const callers: Record<string, Role[]> = {
  nobody: [],
  student: ['student'],
  service: ['service'],
  'student and service': ['student', 'service'],
  editor: ['editor'],
  admin: ['admin'],
  'student and admin': ['student', 'admin'],
}

let service: Awaited<ReturnType<typeof openAsEditor>>
beforeAll(async () => {
  service = await openAsEditor()
  return service.close
})

/** Calls a route for a new public entry with a version, or for one that never existed. */
async function request(route: string, roles: Role[], options: { tenantId?: string; isAbsent?: boolean } = {}) {
  const { tenantId, isAbsent = false } = options
  const entry = await service.create({ courseId: 'course_1' })
  await service.call('POST', `/${entry.id}/publish`)
  await service.call('POST', `/${entry.id}/versions`, { changelog: 'x' })
  const [method, path] = route.split(' ') as ['GET', string]
  const { body, ifMatch } = policies[route] ?? {}
  const url = path
    .replace('{id}', isAbsent ? 'dist_absent' : entry.id)
    .replace('{slug}', isAbsent ? 'absent' : entry.slug)
    .replace('{courseId}', isAbsent ? 'absent' : 'course_1')
    .replace('{accountId}', isAbsent ? 'absent' : 'person-1')
    .replace('{version}', 'v1')
  return service.callAny(method, url, {
    ...(roles.length > 0 && { roles }),
    ...(tenantId !== undefined && { tenantId }),
    ...(body && { body }),
    headers: { 'x-request-id': 'same', ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
  })
}

function isAllowed({ for: who }: Policy, roles: Role[]): boolean {
  if (who === 'everybody') return true
  return roles.some((role) => (who === 'services' ? role === 'service' : role === 'editor' || role === 'admin'))
}

it('every route has a policy here', async () => {
  const { body } = await service.callAny('GET', '/openapi.json')
  const routes = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )

  expect(routes.toSorted()).toEqual(Object.keys(policies).toSorted())
})

const all = Object.entries(policies)
describe.each(all)('%s', (route, policy) => {
  it.each(Object.entries(callers))('answers %s according to their roles', async (_who, roles) => {
    const { status, body } = await request(route, roles)

    if (isAllowed(policy, roles)) expect(status).toBeLessThan(300)
    else if (roles.length === 0) expect([status, body.code]).toEqual([401, 'token.invalid'])
    else expect([status, body.code]).toEqual([403, 'role.insufficient'])
  })
})

describe.each(all.filter(([route]) => route.includes('{')))('%s', (route) => {
  it('answers about another tenant as if the entry did not exist', async () => {
    const roles: Role[] = route.includes('internal') ? ['service'] : ['admin']

    const foreign = await request(route, roles, { tenantId: 'globex' })
    const absent = await request(route, roles, { isAbsent: true })

    // Counting a missing entry is answered like any other, and nothing is stored about a person who is not known.
    const status = route.startsWith('POST /api/courses/') ? 202 : route.includes('{accountId}') ? 200 : 404
    expect(foreign.status).toBe(status)
    expect({ ...foreign.body, instance: '' }).toEqual({ ...absent.body, instance: '' })
  })
})

const lists = all.filter(([route]) => route.startsWith('GET') && !/\{|waiting-events/.test(route))
describe.each(lists)('%s', (route) => {
  it('shows nothing of another tenant', async () => {
    const roles: Role[] = route.includes('internal') ? ['service'] : ['admin']

    expect((await request(route, roles, { tenantId: 'nowhere' })).body).toEqual({ items: [], nextCursor: null })
  })
})
