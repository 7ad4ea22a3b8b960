import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeRefusal } from '../logger.ts'
import type { MethodTable } from './methods.ts'
import { describeProblem, type Problem, problemOf, renderProblem } from './problem.ts'

/** Makes every refusal and every failure of the application a problem document, and logs it once. */
export function addProblems(app: FastifyInstance, methods: MethodTable): void {
  app.addHook('onRoute', ({ url, method }) => methods.add(url, method))
  app.setErrorHandler(answerError)
  function answerUnmatched(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const allowed = methods.find(pathOf(request))
    if (allowed.length === 0) return sendProblem(request, reply, problemOf(404))
    void reply.header('allow', allowed.join(', '))
    return sendProblem(request, reply, problemOf(405))
  }
  app.setNotFoundHandler(answerUnmatched)
  // Before the body: what is wrong with that is nothing to a route that is not there.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) void answerUnmatched(request, reply)
    else done()
  })
}

/** Answers an error by its public side; an expected one is worth a line, a bug somebody's attention. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = describeProblem(error)
  const { isAnonymous = false } = request.routeOptions.config
  const log = isAnonymous ? request.server.log : request.log
  if (problem.status === 500) log.error({ err: error }, 'Request failed')
  else if (problem.status === 503) log.warn({ err: describeRefusal(error) }, 'Request cannot be served now')
  // What was refused may be quoted in the error.
  else log.info(isAnonymous ? { code: problem.code } : { err: describeRefusal(error) }, 'Request refused')
  return sendProblem(request, reply, problem)
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
