import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { z } from 'zod'
import { loadConfig, type Service } from './config.ts'
import type { Logger } from './logger.ts'

/** Whether there are spans. It is decided once, before anything opens, and everything here asks it first: without spans there is no cost. */
export let isTracing = false

export const tracer = trace.getTracer('coursewire')

/** The attribute by which `npm run trace` finds what came of one request. */
export const CORRELATION_ID = 'coursewire.correlation_id'

const protocol = z.literal('http/protobuf', 'Spans leave as http/protobuf: give an endpoint that takes it').optional()

/** The variables of OpenTelemetry that decide whether there are spans, or that its SDK would ignore if they were wrong. */
const tracingConfig = z.object({
  OTEL_SDK_DISABLED: z.stringbool().default(false),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'Spans leave by otlp: give otlp, none or nothing').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
})

/**
 * Begins to make and export spans if the variables of OpenTelemetry name an exporter, and else loads nothing. Call it before anything opens.
 * Throws if the variables ask for what there is not.
 */
export async function openTracing(
  service: Service,
  env: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<{ close(): Promise<void> }> {
  const config = loadConfig(tracingConfig, env)
  const endpoint = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT
  const exporter = config.OTEL_TRACES_EXPORTER ?? (endpoint === undefined ? 'none' : 'otlp')
  if (config.OTEL_SDK_DISABLED || exporter === 'none') return { close: () => Promise.resolve() }
  const { startSdk } = await import('./tracing-sdk.ts')
  isTracing = true
  return startSdk(service, logger)
}

const traceparentShape = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Returns the W3C trace context if it is well-formed, else null. */
export function readTraceparent(text: unknown): string | null {
  return typeof text === 'string' && traceparentShape.test(text) ? text : null
}

/** Returns the id of the trace, 32 hexadecimal digits. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)

export function toTraceparent(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
}

/** Returns the context in which a new span continues the trace, or begins one if there is none. */
export function contextOf(traceparent: string | null): Context {
  if (traceparent === null) return ROOT_CONTEXT
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-')
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

/** Returns the trace context of the work that is running, or null. */
export function activeTraceparent(): string | null {
  const span = isTracing ? trace.getActiveSpan() : undefined
  return span ? toTraceparent(span) : null
}

/** Marks a span as failed, by the code or the name of the error. Its message might quote personal data. */
export function failSpan(span: Span, error: unknown): void {
  const { code, name } = Object(error) as { code?: string | number | null; name?: string }
  span.setAttribute('error.type', String(code ?? name ?? 'error'))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

interface SpanOptions {
  kind: SpanKind
  attributes?: Attributes
  /** The trace context to continue; null begins a trace. Without it the span is part of the work that is running. */
  parent?: string | null
}

/** Runs `work` in a span, which ends with it. Without tracing it only runs `work`. */
export function inSpan<Result>(
  name: string,
  { parent, ...options }: SpanOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!isTracing) return work()
  const outer = parent === undefined ? context.active() : contextOf(parent)
  const span = tracer.startSpan(name, options, outer)
  return runAndEnd(trace.setSpan(outer, span), [span], work)
}

/** One of several that are worked on together, each of them in its own trace. */
export interface TracedItem {
  name: string
  /** The trace context that it continues; null begins a trace. */
  parent: string | null
  attributes?: Attributes
  links?: Link[]
}

/**
 * Runs `work` on items that were brought together from several traces. Each item gets a span in its own trace. If there is one item, `work`
 * runs in its span. If there are more, `work` runs in a trace of its own, and its span and those of the items link to each other. All end with
 * it, and `work` may call `failSpan` on those of single items. Without tracing it only runs `work`, with no spans.
 */
export function inSpans<Result>(
  batchName: string,
  kind: SpanKind,
  items: () => TracedItem[],
  work: (spans: Span[]) => Promise<Result>,
): Promise<Result> {
  if (!isTracing) return work([])
  const contexts = items().map(({ name, parent, ...options }) => {
    const outer = contextOf(parent)
    return trace.setSpan(outer, tracer.startSpan(name, { kind, ...options }, outer))
  })
  const spans = contexts.flatMap((one) => trace.getSpan(one) ?? [])
  const [only = ROOT_CONTEXT] = contexts
  if (spans.length < 2) return runAndEnd(only, spans, () => work(spans))
  const recorded = spans.filter((span) => span.isRecording())
  if (recorded.length === 0) return runAndEnd(ROOT_CONTEXT, spans, () => work(spans))
  const batch = tracer.startSpan(
    batchName,
    {
      kind,
      attributes: { 'coursewire.batch_size': spans.length },
      links: recorded.map((span) => ({ context: span.spanContext() })),
    },
    ROOT_CONTEXT,
  )
  for (const span of recorded) span.addLink({ context: batch.spanContext() })
  return runAndEnd(trace.setSpan(ROOT_CONTEXT, batch), [batch, ...spans], () => work(spans))
}

async function runAndEnd<Result>(inside: Context, spans: Span[], work: () => Promise<Result>): Promise<Result> {
  try {
    return await context.with(inside, work)
  } catch (error) {
    for (const span of spans) failSpan(span, error)
    throw error
  } finally {
    for (const span of spans) span.end()
  }
}
