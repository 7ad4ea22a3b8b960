import { randomUUID } from 'node:crypto'
import type { Role } from '@coursewire/service-kit'
import { arbitraryRequest, createAnswerCheck, readOperations } from '@coursewire/testing/openapi'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { provisionClient, provisionUser } from '../src/accounts/provision.ts'
import { findRequest } from '../src/accounts/request-repository.ts'
import { anOpenCourse, environment, type Service, serve, startService } from './helpers.ts'
import { anAccount } from './people.ts'

const REQUESTS = 1_000

const { SERVICE_CLIENT_ID: clientId, SERVICE_CLIENT_SECRET: clientSecret } = environment
const credentials = { email: 'ada@example.com', password: 'correct horse' }
const signup = { ...credentials, email: 'grace@example.com', name: 'Grace', pendingEnrollmentCourseId: 'course_1' }
const known: Record<string, string[]> = {
  id: [],
  sessionId: [],
  requestId: [],
  courseId: ['course-nobody-knows'],
}
let refreshToken: string
let linkToken: string
let resetToken: string
let newsToken: string
let unsubscribeToken: string
const bodies: Record<string, () => object> = {
  '/auth/signin': () => credentials,
  '/auth/signup': () => signup,
  '/auth/verify-email': () => ({ token: linkToken }),
  '/auth/password-reset': () => ({ email: credentials.email }),
  '/auth/password-reset/confirm': () => ({ token: resetToken, password: credentials.password }),
  '/api/subscriptions': () => ({ email: credentials.email, targetGroups: ['beginners'] }),
  '/api/subscriptions/confirm': () => ({ token: newsToken }),
  '/api/subscriptions/unsubscribe': () => ({ token: unsubscribeToken }),
  '/auth/refresh': () => ({ refreshToken }),
  '/auth/service-token': () => ({ clientId, clientSecret, tenantId: 'acme' }),
  'PATCH /api/me': () => ({ name: 'Ada', locale: 'en' }),
  'DELETE /api/me': () => ({ password: credentials.password }),
  '/api/me/password': () => ({ currentPassword: credentials.password, newPassword: credentials.password }),
  '/api/admin/tenant': () => ({
    name: 'Acme',
    timeZone: 'UTC',
    locale: 'en',
    colors: { accent: '#0a5c36', onAccent: '#ffffff' },
    logoUrl: null,
    sender: null,
    replyTo: null,
    postalAddress: null,
  }),
  '/api/enrollments': () => ({ courseId: known['courseId']?.at(-1) }),
  '/api/admin/enrollments': () => ({ studentIds: known['id'], courseIds: known['courseId'], source: 'gift' }),
}

let service: Service
let others: Awaited<ReturnType<typeof serve>>
let sent = 0
beforeAll(async () => {
  // Knows nobody's course, and stores nothing about anybody.
  others = await serve(({ url = '' }, response) =>
    url.startsWith('/internal/accounts/') ? response.end('{}') : response.writeHead(404).end(),
  )
  service = await startService({
    DISTRIBUTION_SERVICE_URL: others.url,
    EMAIL_WORKER_URL: others.url,
    INSIGHTS_URL: others.url,
  })
  const { db } = service.ctx
  await provisionClient(db, { id: clientId, secret: clientSecret, tenants: ['acme'] })
  for (const email of [credentials.email, 'max@example.com']) {
    const user = { ...credentials, email, tenantId: 'acme', name: 'Ada', locale: 'en' }
    known['id']?.push((await provisionUser(db, { ...user, roles: ['student', 'admin'] })).id)
  }
  known['id']?.push('acme')
  known['courseId']?.push(await anOpenCourse(service), await anOpenCourse(service))
})
// An operation may end the sessions of the one before, or its enrolments, or erase the account.
beforeEach(async () => {
  const ada = {
    ...credentials,
    tenantId: 'acme',
    name: 'Ada',
    locale: 'en',
    roles: ['student' as const, 'admin' as const],
  }
  known['id']?.splice(0, 1, (await provisionUser(service.ctx.db, ada)).id)
  const answer = await service.app.inject({ method: 'POST', url: '/auth/signin', payload: credentials })
  const { token } = answer.json()
  refreshToken = answer.json().refreshToken
  const payload = { ...signup, email: `${randomUUID()}@example.com` }
  await service.app.inject({ method: 'POST', url: '/auth/signup', payload })
  // Somebody whose links no other operation ends.
  const reset = { email: `${randomUUID()}@example.com` }
  await anAccount(service, { ...credentials, ...reset, roles: [] })
  await service.app.inject({ method: 'POST', url: '/auth/password-reset', payload: reset })
  resetToken = await findLinkToken(reset.email)
  const news = { email: `${randomUUID()}@example.com`, courseId: 'course_1' }
  await service.app.inject({ method: 'POST', url: '/api/subscriptions', payload: news })
  newsToken = await findLinkToken(news.email)
  const mail = { tenantId: 'acme', recipient: known['id']?.[0] ?? '', kind: 'notice', course: '' } as const
  unsubscribeToken = service.ctx.unsubscribeTokens.tokenOf(mail)
  linkToken = await findLinkToken(payload.email)
  known['sessionId'] = [String(decodeJwt(token)['sid'])]
  for (const courseId of known['courseId'] ?? []) await service.post(token, { courseId })
})
/** Returns the token of the latest link that was sent to the address. */
async function findLinkToken(email: string): Promise<string> {
  const { rows } = await service.admin.query<{ id: string; accountId: string }>(
    'SELECT id, account_id AS "accountId" FROM account_requests WHERE email = $1 ORDER BY id DESC LIMIT 1',
    [email],
  )
  const [{ id, accountId }] = rows as [{ id: string; accountId: string }]
  known['requestId'] = [id]
  known['id'] = [...(known['id'] ?? []).slice(0, 3), accountId]
  const request = await findRequest(service.ctx.db, id)
  return request ? service.ctx.links.tokenOf(request) : ''
}
afterAll(async () => {
  await service.close()
  await others.close()
})

describe.each(readOperations(new URL('../openapi.json', import.meta.url)))('$method $path', (described) => {
  const { method, path } = described

  it(`answers ${REQUESTS} requests as the document says, and never with a failure`, async () => {
    const roles = fc.constantFrom<Role>('student', 'student', 'service', 'editor', 'admin')
    const checkAnswer = createAnswerCheck(described)
    const seen = new Set<number>()
    async function send(request: { url: string; headers: object; body: unknown }, role: Role, hasKnownBody: boolean) {
      sent += 1
      const caller = { id: known['id']?.[0] ?? '', tenantId: 'acme', roles: [role], scopes: ['account-mails'] }
      const { token } = await service.ctx.tokens.issue(caller)
      const body = hasKnownBody ? ((bodies[`${method} ${path}`] ?? bodies[path])?.() ?? request.body) : request.body
      const answer = await service.app.inject({
        method,
        url: request.url,
        headers: {
          ...request.headers,
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
        remoteAddress: `10.0.${sent >> 8}.${sent & 255}`,
      })
      seen.add(answer.statusCode)
      const type = String(answer.headers['content-type'])
      checkAnswer({ status: answer.statusCode, type, body: answer.body === '' ? null : answer.json() })
    }
    await fc.assert(fc.asyncProperty(arbitraryRequest(described, known), roles, fc.boolean(), send), {
      numRuns: REQUESTS,
      endOnFailure: true,
    })
    expect([...seen].some((status) => status < 400)).toBe(true)
  })
})
