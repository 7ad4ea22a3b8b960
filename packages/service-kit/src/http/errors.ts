import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeRefusal } from '../logger.ts'
import type { MethodTable } from './methods.ts'
import { describeProblem, type Problem, problemOf, renderProblem } from './problem.ts'

type Shown = { headers: Record<string, string>; body: string | Buffer }
/** How an app shows a problem to people. Null leaves it as a problem document. */
export type ShowProblem = (problem: Problem, request: FastifyRequest) => Shown | null

declare module 'fastify' {
  interface FastifyInstance {
    showProblem: ShowProblem
  }
}

/** Turns every refusal and every failure of the application into a problem document, unless `show` shows it, and logs it once. */
export function addProblems(app: FastifyInstance, methods: MethodTable, show: ShowProblem = () => null): void {
  app.decorate('showProblem', show)
  app.addHook('onRoute', ({ url, method }) => methods.add(url, method))
  app.setErrorHandler(answerError)
  function answerUnmatched(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const allowed = methods.find(pathOf(request))
    // A route may find nothing behind a path that it supports.
    if (allowed.length === 0 || allowed.includes(request.method)) return sendProblem(request, reply, problemOf(404))
    void reply.header('allow', allowed.join(', '))
    return sendProblem(request, reply, problemOf(405))
  }
  app.setNotFoundHandler(answerUnmatched)
  // Runs before the body is read, because a fault of the body does not matter without a route.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) void answerUnmatched(request, reply)
    else done()
  })
}

/** Answers with the public part of an error. Logs an expected error as information, and a bug as an error. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = describeProblem(error)
  const { isAnonymous = false } = request.routeOptions.config
  const log = isAnonymous ? request.server.log : request.log
  if (problem.status === 500) log.error({ err: error }, 'Request failed')
  else if (problem.status === 503) log.warn({ err: describeRefusal(error) }, 'Request cannot be served now')
  // The error may quote the refused input.
  else log.info(isAnonymous ? { code: problem.code } : { err: describeRefusal(error) }, 'Request refused')
  return sendProblem(request, reply, problem)
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const document = renderProblem(problem, pathOf(request), request.id, request.traceparent)
  const { headers, body } = { ...document, ...request.server.showProblem(problem, request) }
  // A buffer, because a string would go through the route's JSON serialiser.
  return reply
    .code(problem.status)
    .headers({ 'x-request-id': request.id, ...headers })
    .send(Buffer.from(body))
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}
