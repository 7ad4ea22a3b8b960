import fastify from 'fastify'
import { decodeSpans, type Span } from './span.ts'

/** An export has 512 spans, if the variables of OpenTelemetry do not say otherwise. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

export interface TraceServer {
  url: string
  /** Lists the spans of all traces that have the correlation id, or of the trace with that id. */
  spansOf: (id: string) => Span[]
  close(): Promise<void>
}

/**
 * Starts a place for spans on this machine: `POST /v1/traces` takes them (OTLP/HTTP protobuf, uncompressed), and `GET /spans?of=ID` lists what
 * `spansOf` does, as JSON. It keeps the newest in memory, `maxSpans` of them, and forgets
 * whole traces. Port 0 is any free one.
 */
export async function startTraceServer({
  port,
  host = '127.0.0.1',
  maxSpans = 50_000,
}: {
  port: number
  host?: string
  maxSpans?: number
}): Promise<TraceServer> {
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, requestTimeout: 30_000, forceCloseConnections: true })
  const traces = new Map<string, Span[]>()
  let count = 0

  function keep(span: Span): void {
    const known = traces.get(span.traceId)
    if (known) known.push(span)
    else traces.set(span.traceId, [span])
    count += 1
    for (const [id, spans] of traces) {
      if (count <= maxSpans) break
      traces.delete(id)
      count -= spans.length
    }
  }

  function spansOf(id: string): Span[] {
    const isMeant = (span: Span) => span.traceId === id || span.attributes['coursewire.correlation_id'] === id
    return [...traces.values()].filter((spans) => spans.some(isMeant)).flat()
  }

  app.addContentTypeParser(
    'application/x-protobuf',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body,
  )
  app.post<{ Body: Buffer }>('/v1/traces', async ({ body, headers }, reply) => {
    if (headers['content-encoding'] !== undefined) {
      return reply.code(415).send({ message: 'Send spans uncompressed: OTEL_EXPORTER_OTLP_COMPRESSION=none' })
    }
    let spans: Span[]
    try {
      spans = decodeSpans(body)
    } catch {
      return reply.code(400).send({ message: 'Send an ExportTraceServiceRequest of OTLP as protobuf' })
    }
    spans.forEach(keep)
    // An ExportTraceServiceResponse without fields.
    return reply.type('application/x-protobuf').send(Buffer.of())
  })

  app.get<{ Querystring: { of?: string } }>('/spans', async ({ query }) => spansOf(query.of ?? ''))
  app.get('/health/ready', async () => ({ status: 'ok' }))

  return { url: await app.listen({ port, host }), spansOf, close: () => app.close() }
}
