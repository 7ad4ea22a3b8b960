import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

/** A span as an app has exported it. */
export interface Span {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  /** Null of the first span of a trace. */
  parentSpanId: string | null
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified'
  /** The app. */
  service: string
  /** Milliseconds since 1970, with fractions. */
  startedAt: number
  endedAt: number
  hasFailed: boolean
  attributes: Record<string, string | number | boolean>
  /** Spans of other traces that it was worked on together with. */
  links: { traceId: string; spanId: string }[]
}

const data = fileURLToPath(new URL('../data', import.meta.url))
const schema = new protobuf.Root()
schema.resolvePath = (_origin, path) => `${data}/${path}`
const request = schema
  .loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
  .lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')

type AnyValue = { stringValue?: string; intValue?: string; doubleValue?: number; boolValue?: boolean }
type KeyValue = { key: string; value?: AnyValue }
type Link = { traceId: Buffer; spanId: Buffer }
interface Decoded {
  resourceSpans: {
    resource?: { attributes: KeyValue[] }
    scopeSpans: {
      spans: (Link & {
        parentSpanId: Buffer
        name: string
        kind: string
        startTimeUnixNano: string
        endTimeUnixNano: string
        attributes: KeyValue[]
        links: Link[]
        status?: { code?: string }
      })[]
    }[]
  }[]
}

/** Decodes the body of an OTLP/HTTP export by the schema of OpenTelemetry. Throws if it is none. */
export function decodeSpans(body: Uint8Array): Span[] {
  const { resourceSpans } = request.toObject(request.decode(body), {
    longs: String,
    enums: String,
    defaults: true,
  }) as Decoded
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(toAttributes(resource?.attributes ?? [])['service.name'] ?? '')
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, parentSpanId, ...span }) => ({
        ...toIds(span),
        parentSpanId: toHex(parentSpanId) || null,
        name,
        kind: kind.replace('SPAN_KIND_', '').toLowerCase() as Span['kind'],
        service,
        startedAt: toMs(span.startTimeUnixNano),
        endedAt: toMs(span.endTimeUnixNano),
        hasFailed: span.status?.code === 'STATUS_CODE_ERROR',
        attributes: toAttributes(span.attributes),
        links: span.links.map(toIds),
      })),
    )
  })
}

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const toIds = ({ traceId, spanId }: Link) => ({ traceId: toHex(traceId), spanId: toHex(spanId) })
const toMs = (nanoseconds: string) => Number(nanoseconds) / 1e6

/** Reads texts, numbers and truth values; our spans have no others. A number of 64 bits comes as a text. */
function toAttributes(pairs: KeyValue[]): Span['attributes'] {
  return Object.fromEntries(
    pairs.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } = {} }) => [
      key,
      stringValue ?? doubleValue ?? boolValue ?? Number(intValue),
    ]),
  )
}
