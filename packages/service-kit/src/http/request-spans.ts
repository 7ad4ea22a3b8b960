import { type Context, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CORRELATION_ID, contextOf, toTraceparent, tracer } from '../tracing.ts'

/** Gives each request a span, which continues the trace of its caller, and of which everything that the request causes is a part. */
export function addRequestSpans(app: FastifyInstance): void {
  const contexts = new WeakMap<FastifyRequest, Context>()

  app.addHook('onRequest', (request, reply, done) => {
    const { isAnonymous = false, isQuiet = false, isUntraced = false } = request.routeOptions.config
    if (isAnonymous || isUntraced) return done()
    const { method, routeOptions, id } = request
    const route = routeOptions.url ?? 'unmatched'
    const outer = contextOf(request.traceparent)
    const span = tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        // Neither the path nor the query: they may hold what identifies a person.
        attributes: { 'http.request.method': method, 'http.route': route, ...(!isQuiet && { [CORRELATION_ID]: id }) },
      },
      outer,
    )
    request.traceparent = toTraceparent(span)
    const inside = trace.setSpan(outer, span)
    contexts.set(request, inside)
    // Comes also if the client leaves without its answer.
    reply.raw.once('close', () => {
      const { statusCode, writableFinished } = reply.raw
      if (writableFinished) span.setAttribute('http.response.status_code', statusCode)
      if (statusCode >= 500 || !writableFinished) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
    context.with(inside, done)
  })
  // An answer may be ended by something else, such as another service whose answer is passed on.
  app.addHook('onResponse', (request, _reply, done) => {
    const inside = contexts.get(request)
    if (inside) context.with(inside, done)
    else done()
  })
}
