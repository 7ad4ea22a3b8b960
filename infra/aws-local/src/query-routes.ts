import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance } from 'fastify'
import type { Faults } from './faults.ts'
import { QueryError, renderError, renderResult, type Service } from './query.ts'

/** The AWS Query protocol at `POST /`: the API version in the form says which service is meant. */
export function queryRoutes(servicesByVersion: Map<string, Service>, faults: Faults) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_: unknown, body: string) => readForm(body),
    )
    app.addHook('onRequest', async (_request, reply) => {
      void reply.header('x-amzn-requestid', randomUUID())
    })

    app.setErrorHandler<FastifyError | QueryError>(async (error, _request, reply) => {
      const refusal = error instanceof QueryError ? error : toQueryError(error)
      return reply
        .status(refusal.status)
        .type('text/xml')
        .send(renderError(refusal, requestIdOf(reply)))
    })

    app.post<{ Body: URLSearchParams | undefined }>('/', async (request, reply) => {
      const parameters = request.body ?? new URLSearchParams()
      const [name, version] = [parameters.get('Action') ?? '', parameters.get('Version') ?? '']
      const service = servicesByVersion.get(version)
      const action = service?.actions.get(name)
      if (!service || !action) {
        throw new QueryError(400, 'InvalidAction', `Could not find operation ${name} for version ${version}`)
      }

      const fault = faults.take(service.name)
      if (fault === 'throttle') throw service.throttling
      if (fault === 'error') throw service.failure
      if (fault === 'hang') return reply.hijack()

      const result = await action(parameters, readRegion(request.headers.authorization))
      if (fault === 'accept-then-drop') {
        request.socket.destroy()
        return reply.hijack()
      }
      return reply.type('text/xml').send(renderResult(service.namespace, name, result, requestIdOf(reply)))
    })
  }
}

/** A name that stands twice is the sign of two requests glued together: no part of such a form can be trusted. */
function readForm(body: string): URLSearchParams {
  const form = new URLSearchParams(body)
  const names = new Set<string>()
  for (const name of form.keys()) {
    if (names.has(name)) throw new QueryError(400, 'MalformedInput', `The parameter ${name} stands twice`)
    names.add(name)
  }
  return form
}

function toQueryError({ statusCode, message }: FastifyError): QueryError {
  if (statusCode === 413) return new QueryError(413, 'RequestEntityTooLarge', message)
  if (statusCode && statusCode < 500) return new QueryError(statusCode, 'MalformedInput', message)
  return new QueryError(500, 'InternalFailure', message)
}

function requestIdOf(reply: { getHeader(name: string): unknown }): string {
  return String(reply.getHeader('x-amzn-requestid'))
}

/** Signatures are not checked, but the region they name is where a topic lives. */
function readRegion(authorization = ''): string {
  return /Credential=[^/]+\/\d+\/([a-z\d-]+)\//.exec(authorization)?.[1] ?? 'us-east-1'
}
