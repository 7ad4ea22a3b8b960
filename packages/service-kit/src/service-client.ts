import * as http from 'node:http'
import * as https from 'node:https'
import { SpanKind } from '@opentelemetry/api'
import { z } from 'zod'
import { AppError } from './app-error.ts'
import { requestIdShape } from './http/request-id.ts'
import type { Logger } from './logger.ts'
import { activeTraceparent, inSpan } from './tracing.ts'

const TIMEOUT_MS = 5_000
const tokenAnswer = z.object({ token: z.string().min(1), expiresIn: z.number().positive() })

type Token = { value: string; renewAt: number }
type Call = { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string }

/** An answer of another service. */
export type ServiceAnswer = { status: number; headers: http.IncomingHttpHeaders; body: string }

/** Makes internal HTTP calls from one service to another. */
export type ServiceClient = {
  /**
   * Fetches `url` on behalf of a tenant and parses the answer with `schema`. Returns null on 404. What is gone for good (410) throws a `gone`
   * AppError, a forbidden tenant or resource a `forbidden` one, and a wrong request an ordinary error, because none of them would succeed later.
   * Any other status than 200, an answer that breaks the schema, or no answer within five seconds throws an `unavailable` AppError.
   */
  get<Answer>(
    url: string,
    tenantId: string,
    schema: z.ZodType<Answer>,
    options?: { requestId?: string },
  ): Promise<Answer | null>
  /**
   * Fetches `url` on behalf of a tenant and returns the answer whatever its status, without following redirects. No whole answer within
   * `timeoutMs`, or five seconds, throws an `unavailable` AppError with the code `service.silent`; so does a service that cannot be reached
   * or issues no token, with other codes.
   */
  send(
    url: string,
    tenantId: string,
    options?: { headers?: Record<string, string>; timeoutMs?: number },
  ): Promise<ServiceAnswer>
}

/**
 * Creates a client that gets one service token per tenant, and renews it before it expires, and once when it is refused or does not suffice:
 * an operator may have given the client more scopes.
 */
export function createServiceClient(options: {
  tokenUrl: string
  clientId: string
  clientSecret: string
  logger: Logger
}): ServiceClient {
  const { tokenUrl, clientId, clientSecret, logger } = options
  const tokens = new Map<string, Promise<Token>>()

  async function fetchToken(tenantId: string): Promise<Token> {
    const requestedAt = performance.now()
    const response = await call(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId, clientSecret, tenantId }),
    })
    if (response.status === 401) {
      throw new AppError('unavailable', 'client.invalid', 'The secret of this service client is refused', { clientId })
    }
    const answer = readAnswer(response, tokenUrl, tokenAnswer)
    logger.debug({ tenantId, expiresIn: answer.expiresIn }, 'Service token fetched')
    return { value: answer.token, renewAt: requestedAt + answer.expiresIn * 800 }
  }

  function renewToken(tenantId: string): Promise<Token> {
    const fetching = fetchToken(tenantId)
    tokens.set(tenantId, fetching)
    fetching.catch(() => tokens.get(tenantId) === fetching && tokens.delete(tenantId))
    return fetching
  }

  // Callers whose token was refused or is about to expire share one renewal.
  async function getToken(tenantId: string, refused?: string): Promise<string> {
    const holding = tokens.get(tenantId)
    const token = await (holding ?? renewToken(tenantId))
    if (token.value !== refused && performance.now() < token.renewAt) return token.value
    const renewing = tokens.get(tenantId)
    return (await (renewing === undefined || renewing === holding ? renewToken(tenantId) : renewing)).value
  }

  async function send(
    url: string,
    tenantId: string,
    { headers = {}, timeoutMs }: { headers?: Record<string, string>; timeoutMs?: number } = {},
  ): Promise<ServiceAnswer> {
    const sendWith = (bearer: string) =>
      call(url, { method: 'GET', headers: { ...headers, authorization: `Bearer ${bearer}` } }, timeoutMs)
    const token = await getToken(tenantId)
    const answer = await sendWith(token)
    if (answer.status !== 401 && answer.status !== 403) return answer
    return sendWith(await getToken(tenantId, token))
  }

  return {
    send,
    async get(url, tenantId, schema, { requestId = '' } = {}) {
      // A correlation id from elsewhere can be any text, and not every text is allowed in a header.
      const headers = requestIdShape.test(requestId) ? { 'x-request-id': requestId } : {}
      const answer = await send(url, tenantId, { headers })
      return answer.status === 404 ? null : readAnswer(answer, url, schema)
    },
  }
}

/** Calls in a span, and passes its trace on. */
function call(url: string, { headers, ...rest }: Call, timeoutMs?: number): Promise<ServiceAnswer> {
  if (activeTraceparent() === null) return request(url, { headers, ...rest }, timeoutMs)
  const { host } = new URL(url)
  const attributes = { 'http.request.method': rest.method, 'server.address': host }
  return inSpan(`${rest.method} ${host}`, { kind: SpanKind.CLIENT, attributes }, () =>
    request(url, { headers: { ...headers, traceparent: activeTraceparent() ?? '' }, ...rest }, timeoutMs),
  )
}

/** Node's own requests cost a fifth of `fetch`, which also asks for compressed answers: that takes longer than the bytes of a short one. */
function request(url: string, { method, headers, body }: Call, timeoutMs = TIMEOUT_MS): Promise<ServiceAnswer> {
  const { request: send } = url.startsWith('https:') ? https : http
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers }, (answer) => {
      const { statusCode: status = 0, headers } = answer
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => {
        text += part
      })
      answer.on('error', (cause) => fail('service.unreachable', cause))
      answer.on('end', () => {
        clearTimeout(timer)
        resolve({ status, headers, body: text })
      })
    })
    const timer = setTimeout(() => fail('service.silent'), timeoutMs)
    function fail(code: string, cause?: unknown): void {
      clearTimeout(timer)
      reject(new AppError('unavailable', code, 'Another service does not answer', { url }, { cause }))
      sent.destroy()
    }
    sent.on('error', (cause) => fail('service.unreachable', cause))
    sent.end(body)
  })
}

function readAnswer<Content>({ status, body }: ServiceAnswer, url: string, schema: z.ZodType<Content>): Content {
  const details = { url, status }
  if (status !== 200) throw toError(status, details, readProblemCode(body))
  try {
    return schema.parse(JSON.parse(body))
  } catch (cause) {
    throw new AppError('unavailable', 'service.unreadable', 'Another service gave an unreadable answer', details, {
      cause,
    })
  }
}

function readProblemCode(body: string): unknown {
  try {
    return Object(JSON.parse(body)).code
  } catch {
    return undefined
  }
}

/** A failure that only an operator or a bug fix can change must not look like an outage, because callers wait for outages to end. */
function toError(status: number, details: { url: string; status: number }, code: unknown): Error {
  if (status === 410) return new AppError('gone', 'resource.gone', 'Gone for good', details)
  if (code === 'scope.insufficient') return new AppError('forbidden', code, 'Not available with these scopes', details)
  if (status === 403) return new AppError('forbidden', 'tenant.forbidden', 'Not available for this tenant', details)
  const isForNow = status < 400 || status >= 500 || [401, 408, 425, 429].includes(status)
  if (isForNow) return new AppError('unavailable', 'service.refused', 'Another service refused the call', details)
  return new Error(`Another service refused ${details.url} with ${status}`)
}
