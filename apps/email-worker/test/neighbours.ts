import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mail, startAwsLocal } from '@coursewire/aws-local'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'

type Found = object | 'gone' | null

/** Starts an HTTP server on a free port and closes it when the test ends. */
export async function serve(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server = createServer(
    { keepAliveTimeout: 60_000 },
    (request, response) => void listener(request, response),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const aStudent = (changes: object = {}) => ({
  id: 'student-1',
  name: 'Anna Weber',
  email: 'anna@example.com',
  locale: 'en',
  ...changes,
})

export const aCourse = (changes: object = {}) => ({
  courseId: 'course-1',
  slug: 'rust-basics',
  title: 'Rust Basics',
  description: 'Ownership, borrowing, lifetimes.',
  language: 'de',
  totalLessons: 12,
  public: true,
  ...changes,
})

export const aDistribution = (changes: object = {}) => ({
  id: 'dist_1',
  courseId: 'course-1',
  slug: 'rust-basics',
  title: 'Rust Basics',
  description: 'Ownership, borrowing, lifetimes.',
  language: 'de',
  listed: true,
  public: true,
  ...changes,
})

/** Somebody who hears news: this is what enrollment-api knows about them. */
const aRecipient = (changes: object = {}) => ({
  id: 'usr_1',
  name: 'Anna Weber',
  email: 'anna@example.com',
  locale: 'en',
  unsubscribeToken: 'a-token_2',
  ...changes,
})

/** An account mail was asked for: this is what enrollment-api knows about it. */
export const aRequest = (changes: object = {}) => ({
  purpose: 'verification',
  accountId: 'account-1',
  name: 'Anna Weber',
  email: 'anna@example.com',
  locale: 'en',
  token: 'a-token_1',
  expiresAt: '2026-03-03T09:30:00.000000Z',
  ...changes,
})

/**
 * Starts a stand-in for enrollment-api and distribution-service. It gives a token for the client's secret. With that token, every
 * student is answered with `state.student`, every course with `state.course`, every distribution with `state.distribution`, every recipient of
 * news with `state.recipient`, every request with `state.request` and every tenant with `state.tenant`; `null` means not found. `onAsked` is called for each request for a student, and its answer waits for `hold`.
 */
export async function startNeighbours() {
  const token = randomUUID()
  const secret = randomUUID()
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
  const state = {
    student: aStudent() as Found,
    course: aCourse() as Found,
    request: aRequest() as Found,
    distribution: aDistribution() as Found,
    recipient: aRecipient() as Found,
    /** Everybody who is to hear of news of that kind, in order. */
    /** The pages of the recent enrolments. */
    enrollments: [] as object[][],
    recipients: { launch: [], notice: [], change: [] } as Record<string, string[]>,
    /** Each question for a page of them; false means that it is not answered. */
    onPageAsked: (_question: URLSearchParams): boolean | Promise<boolean> => true,
    /** Distributions that differ from `distribution`. */
    distributions: new Map<string, object | null>(),
    tenant: null as Found,
    isDown: false,
    /** Tenants that the client may not act for. */
    forbidden: [] as string[],
    hasScope: true,
    hold: Promise.resolve(),
    onAsked: () => {},
    requestIds: [] as (string | undefined)[],
  }
  const url = await serve(async (request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/.well-known/jwks.json') return answer(200, { keys: [jwk] })
    if (state.isDown) return answer(503, {})
    if (request.url === '/auth/service-token') {
      const body = JSON.parse((await request.toArray()).join('')) as { clientSecret: string; tenantId: string }
      if (body.clientSecret !== secret) return answer(401, {})
      return state.forbidden.includes(body.tenantId) ? answer(403, {}) : answer(200, { token, expiresIn: 300 })
    }
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, {})
    state.requestIds.push(request.headers['x-request-id'] as string | undefined)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    if (pathname === '/internal/enrollments') {
      const index = Number(searchParams.get('cursor') ?? 0)
      const nextCursor = index + 1 < state.enrollments.length ? String(index + 1) : null
      return answer(200, { items: state.enrollments[index] ?? [], nextCursor })
    }
    if (pathname === '/internal/recipients') {
      if (!(await state.onPageAsked(searchParams))) return answer(503, {})
      const after = searchParams.get('cursor') ?? ''
      const left = state.recipients[searchParams.get('kind') ?? '']?.filter((one) => one > after) ?? []
      const page = left.slice(0, Number(searchParams.get('limit')))
      return answer(200, {
        items: page.map((one) => ({ id: one })),
        nextCursor: page.length < left.length ? page.at(-1) : null,
      })
    }
    const [, about, id] =
      /^\/internal\/(students|courses|distributions|recipients|account-mails|tenants)\/([^/?]+)(?:\?.*)?$/.exec(
        request.url ?? '',
      ) ?? []
    if (about === 'students') {
      state.onAsked()
      await state.hold
    }
    if (about === 'account-mails' && !state.hasScope) return answer(403, { code: 'scope.insufficient' })
    const found = {
      students: state.student,
      courses: state.course,
      distributions: state.distributions.has(id ?? '')
        ? (state.distributions.get(id ?? '') ?? null)
        : state.distribution,
      recipients: state.recipient,
      'account-mails': state.request,
      tenants: state.tenant,
    }[about ?? '']
    if (found === 'gone') return answer(410, {})
    return found && id ? answer(200, found) : answer(404, {})
  })
  /** The settings of a worker that has them as neighbours. */
  const env = {
    DEFAULT_TENANT: 'acme',
    EMAIL_FROM: 'hello@coursewire.example',
    ADDRESS_HASH_KEY: randomUUID(),
    JWT_ISSUER: 'https://issuer.test',
    JWT_AUDIENCE: 'coursewire',
    JWKS_URL: `${url}/.well-known/jwks.json`,
    ENROLLMENT_API_URL: url,
    DISTRIBUTION_SERVICE_URL: url,
    WEB_URL: url,
    SERVICE_CLIENT_ID: 'email-worker',
    SERVICE_CLIENT_SECRET: secret,
  }
  /** An access token for a caller with the role. */
  const issue = (role: string, tenantId = 'acme', subject = 'enrollment-api') =>
    new SignJWT({ tenant_id: tenantId, roles: [role] })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: jwk.kid })
      .setIssuer(env.JWT_ISSUER)
      .setAudience(env.JWT_AUDIENCE)
      .setSubject(subject)
      .setExpirationTime('5 minutes')
      .sign(privateKey)
  return { url, secret, state, env, issue }
}

/** Starts a local SES whose inbox can be read. */
export async function startSes() {
  const dataDir = await mkdtemp(join(tmpdir(), 'email-worker-'))
  const aws = await startAwsLocal({ port: 0, dataDir })
  onTestFinished(async () => {
    await aws.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return {
    url: aws.url,
    env: {
      AWS_ENDPOINT_URL_SES: aws.url,
      AWS_ACCESS_KEY_ID: randomUUID(),
      AWS_SECRET_ACCESS_KEY: randomUUID(),
    },
    readInbox: async () => (await (await fetch(`${aws.url}/_inbox`)).json()) as Mail[],
    async setQuota(limits: object) {
      const headers = { 'content-type': 'application/json' }
      await fetch(`${aws.url}/_quota`, { method: 'PUT', headers, body: JSON.stringify(limits) })
    },
    async setFault(kind: string, times: number | null) {
      await fetch(`${aws.url}/_faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service: 'ses', kind, times }),
      })
    },
  }
}
