import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

export const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/
const traceparentShape = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

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
    if (typeof traceparent === 'string' && traceparentShape.test(traceparent)) request.traceparent = traceparent
    done()
  })
}
