import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeProblem, type Problem, problemOf, renderProblem } from './problem.ts'

/** Makes every refusal and every failure of the application a problem document, and logs it once. */
export function addProblems(app: FastifyInstance): void {
  const methodsByPath = new Map<string, { pattern: RegExp; methods: Set<string> }>()

  app.addHook('onRoute', ({ url, method }) => {
    const known = methodsByPath.get(url) ?? { pattern: compilePath(url), methods: new Set() }
    for (const name of [method].flat()) known.methods.add(name)
    methodsByPath.set(url, known)
  })

  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const allowed = [...methodsByPath.values()].filter(({ pattern }) => pattern.test(path))
    if (allowed.length === 0) return sendProblem(request, reply, problemOf(404))
    void reply.header('allow', [...new Set(allowed.flatMap(({ methods }) => [...methods]))].join(', '))
    return sendProblem(request, reply, problemOf(405))
  })
}

/** Answers an error by its public side; an expected one is worth a line, a bug somebody's attention. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = describeProblem(error)
  const { isAnonymous = false } = request.routeOptions.config
  const log = isAnonymous ? request.server.log : request.log
  if (problem.status === 500) log.error({ err: error }, 'Request failed')
  else if (problem.status === 503) log.warn({ err: error }, 'Request cannot be served now')
  // What was refused may be quoted in the error.
  else log.info(isAnonymous ? { code: problem.code } : { err: error }, 'Request refused')
  return sendProblem(request, reply, problem)
}

/** Answers what Node could not read as an HTTP request, and hangs up. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = statusOfClientError[error.code] ?? 400
  const problem = problemOf(status)
  const { headers, body } = renderProblem(problem, '', randomUUID())
  socket.end(
    [
      `HTTP/1.1 ${status} ${problem.title}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

const statusOfClientError: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { headers, body } = renderProblem(problem, pathOf(request), request.id)
  // A buffer, because a string would go through the JSON serialiser of the route.
  return reply
    .code(problem.status)
    .headers({ 'x-request-id': request.id, ...headers })
    .send(Buffer.from(body))
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

function compilePath(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[^\w-]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}$`)
}
