import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { readTraceparent } from '../tracing.ts'

export const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/

/** Returns the caller's request id, or a new one if it is missing or not plain. */
export function chooseRequestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && requestIdShape.test(given) ? given : randomUUID()
}

/** Returns the request id to the caller and passes the trace context on. */
export function addRequestIds(app: FastifyInstance): void {
  app.decorateRequest('traceparent', null)
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    const { traceparent } = request.headers
    if (traceparent !== undefined) request.traceparent = readTraceparent(traceparent)
    done()
  })
}
