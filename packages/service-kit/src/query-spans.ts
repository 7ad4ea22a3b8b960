import { context, type Span, SpanKind, trace } from '@opentelemetry/api'
import type pg from 'pg'
import { failSpan, tracer } from './tracing.ts'

type Callback = (error?: Error, ...results: unknown[]) => void

/**
 * Gives a span to each statement of the pool that is part of a trace, and to each time that one waits for a connection. A span has the text
 * of the statement and never its parameters.
 */
export function traceQueries(pool: pg.Pool): void {
  pool.on('connect', traceClient)
  const connect = pool.connect.bind(pool) as (callback?: Callback) => unknown
  pool.connect = ((callback?: Callback) => {
    // Calls back from whoever gives a connection back, which is another trace.
    const resume = callback && context.bind(context.active(), callback)
    if (pool.idleCount > 0 || !trace.getActiveSpan()) return connect(resume)
    return spanned(tracer.startSpan('wait for a connection'), resume, connect)
  }) as typeof pool.connect
}

function traceClient(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...call: unknown[]) => unknown
  client.query = ((...call: unknown[]) => {
    const [first] = call
    const { text = first, name } = Object(first) as { text?: unknown; name?: unknown }
    // Anything else is a cursor or a stream, which has no end here.
    if (typeof text !== 'string' || !trace.getActiveSpan()) return query(...call)
    const operation = /\w+/.exec(text)?.[0].toUpperCase() ?? 'QUERY'
    const span = tracer.startSpan(typeof name === 'string' ? name : operation, {
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation, 'db.query.text': text },
    })
    const last = call.at(-1)
    if (typeof last !== 'function') return spanned(span, undefined, () => query(...call))
    return spanned(span, last as Callback, (callback) => query(...call.slice(0, -1), callback))
  }) as typeof client.query
}

/** Ends the span with the call, which either calls back or returns a promise. */
function spanned(span: Span, callback: Callback | undefined, call: (callback?: Callback) => unknown): unknown {
  function end(error?: unknown): void {
    if (error) failSpan(span, error)
    span.end()
  }
  if (callback) {
    return call((...answer) => {
      end(answer[0])
      callback(...answer)
    })
  }
  const answer = call() as Promise<unknown>
  answer.then(() => end(), end)
  return answer
}
