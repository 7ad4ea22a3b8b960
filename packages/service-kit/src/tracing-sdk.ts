// Only `openTracing` imports this, and only if there is an exporter: a process without one never loads the SDK.
import { setTimeout as sleep } from 'node:timers/promises'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node'
import type { Service } from './config.ts'
import type { Logger } from './logger.ts'
import { createOutageLog } from './outage-log.ts'

/** A collector that is down must not hold up a stop. */
const LAST_EXPORT_MS = 2_000

/** Starts the SDK, which reads its endpoint, its sampler and its limits from the standard variables. */
export function startSdk({ name, version }: Service, logger: Logger): { close(): Promise<void> } {
  const own = resourceFromAttributes({ 'service.name': name, 'service.version': version })
  const provider = new NodeTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(createExporter(logger))],
  })
  // Ours are not the propagator's headers: outbox rows and the ledger keep the trace context as text.
  provider.register({ propagator: null })
  return {
    close: () => Promise.race([provider.shutdown(), sleep(LAST_EXPORT_MS, undefined, { ref: false })]),
  }
}

/** The SDK itself reports failures nowhere. */
function createExporter(logger: Logger): SpanExporter {
  const exporter = new OTLPTraceExporter()
  const outages = createOutageLog(logger, {
    failing: 'Spans cannot be exported',
    works: 'Spans are exported again',
  })
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) outages.failed(result.error)
        else outages.worked()
        done(result)
      })
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
