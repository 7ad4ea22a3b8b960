import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance } from 'fastify'
import type { Faults } from './faults.ts'
import { QueryError, renderError, renderResult, type Service } from './query.ts'

/** Serves the AWS Query protocol at `POST /`. The API version in the form determines the service. */
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

      const fault = name.startsWith('Get') ? null : faults.take(service.name)
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

/** Answers the links that SNS sends, which have an action in their query: `GET /?Action=ConfirmSubscription&…`. */
export function answerLinks(app: FastifyInstance, sns: Service): void {
  app.addHook<{ Querystring: { Action?: string } }>('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || request.query.Action !== 'ConfirmSubscription') return
    const parameters = new URLSearchParams(request.url.slice(request.url.indexOf('?')))
    const requestId = randomUUID()
    void reply.header('x-amzn-requestid', requestId).type('text/xml')
    try {
      const result = await sns.actions.get('ConfirmSubscription')?.(parameters, '')
      return reply.send(renderResult(sns.namespace, 'ConfirmSubscription', result ?? {}, requestId))
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      return reply.status(error.status).send(renderError(error, requestId))
    }
  })
}

/** Refuses a form with a repeated name. It may be two requests glued together, so no part of it can be trusted. */
function readForm(body: string): URLSearchParams {
  const form = new URLSearchParams(body)
  const names = new Set<string>()
  for (const name of form.keys()) {
    if (names.has(name)) throw new QueryError(400, 'MalformedInput', `The parameter ${name} is repeated`)
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

/** Reads the region from the signature, which is not checked otherwise. It becomes part of a topic's ARN. */
function readRegion(authorization = ''): string {
  return /Credential=[^/]+\/\d+\/([a-z\d-]+)\//.exec(authorization)?.[1] ?? 'us-east-1'
}
