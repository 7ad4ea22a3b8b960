import { z } from 'zod'
import { AppError } from './app-error.ts'
import { requestIdShape } from './http/request-id.ts'
import type { Logger } from './logger.ts'

const TIMEOUT_MS = 5_000
const tokenAnswer = z.object({ token: z.string().min(1), expiresIn: z.number().positive() })

type Token = { value: string; renewAt: number }

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
   * Fetches `url` on behalf of a tenant and returns the answer whatever its status, without following redirects. Its body must be read or
   * cancelled. No answer within `timeoutMs`, or five seconds, throws an `unavailable` AppError with the code `service.silent`; so does a
   * service that cannot be reached or issues no token, with other codes.
   */
  send(
    url: string,
    tenantId: string,
    options?: { headers?: Record<string, string>; timeoutMs?: number },
  ): Promise<Response>
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
      redirect: 'error',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId, clientSecret, tenantId }),
    })
    if (response.status === 401) {
      await response.body?.cancel()
      throw new AppError('unavailable', 'client.invalid', 'The secret of this service client is refused', { clientId })
    }
    const answer = await readAnswer(response, tokenUrl, tokenAnswer)
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
    init: Omit<RequestInit, 'headers'>,
    { headers = {}, timeoutMs }: { headers?: object; timeoutMs?: number | undefined },
  ) {
    const sendWith = (bearer: string) =>
      call(url, { ...init, headers: { ...headers, authorization: `Bearer ${bearer}` } }, timeoutMs)
    const token = await getToken(tenantId)
    const response = await sendWith(token)
    if (response.status !== 401 && response.status !== 403) return response
    await response.body?.cancel()
    return sendWith(await getToken(tenantId, token))
  }

  return {
    send: (url, tenantId, options = {}) => send(url, tenantId, { redirect: 'manual' }, options),
    async get(url, tenantId, schema, { requestId } = {}) {
      // A correlation id from elsewhere can be any text, and not every text is allowed in a header.
      const passedOn = requestIdShape.test(requestId ?? '') ? { 'x-request-id': requestId } : {}
      const response = await send(url, tenantId, { redirect: 'error' }, { headers: passedOn })
      if (response.status === 404) {
        await response.body?.cancel()
        return null
      }
      return readAnswer(response, url, schema)
    },
  }
}

async function call(url: string, init: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
  } catch (cause) {
    const code = Object(cause).name === 'TimeoutError' ? 'service.silent' : 'service.unreachable'
    throw new AppError('unavailable', code, 'Another service does not answer', { url }, { cause })
  }
}

async function readAnswer<Answer>(response: Response, url: string, schema: z.ZodType<Answer>): Promise<Answer> {
  const details = { url, status: response.status }
  if (response.status !== 200) {
    const problem = await response.json().catch(() => null)
    throw toError(response.status, details, Object(problem).code)
  }
  try {
    return schema.parse(await response.json())
  } catch (cause) {
    throw new AppError('unavailable', 'service.unreadable', 'Another service gave an unreadable answer', details, {
      cause,
    })
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
