import { monitorEventLoopDelay } from 'node:perf_hooks'
import { metrics } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

// Neither timestamps nor labels about the library: the name of a metric says enough.
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
const exporter = new PrometheusExporter({ preventServerStart: true })

// On import, because the metrics API hands out dead instruments to whoever asks before a provider is there.
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }))

const meter = metrics.getMeter('@coursewire/service-kit')

export const requestDuration = meter.createHistogram('http_request_duration_seconds', {
  description: 'Time from the request to the end of its answer',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
})

meter
  .createObservableGauge('process_resident_memory_bytes', { description: 'Memory of the process' })
  .addCallback((result) => result.observe(process.memoryUsage.rss()))

meter
  .createObservableCounter('process_cpu_seconds_total', { description: 'Processor time, user and system' })
  .addCallback((result) => {
    const { user, system } = process.cpuUsage()
    result.observe((user + system) / 1e6)
  })

// At the default of ten milliseconds the looking alone keeps an idle process from its rest.
const resolution = 50
const eventLoopDelay = monitorEventLoopDelay({ resolution })
eventLoopDelay.enable()
meter
  .createObservableGauge('nodejs_eventloop_lag_seconds', { description: 'Longest delay since the last reading' })
  .addCallback((result) => {
    // What is measured is the time from one look to the next.
    result.observe(Math.max(0, eventLoopDelay.max / 1e9 - resolution / 1e3))
    eventLoopDelay.reset()
  })

let rendering: Promise<string> | undefined

/** Every metric of the process in the text format of Prometheus; those who ask at the same moment share one answer. */
export function renderMetrics(): Promise<string> {
  rendering ??= collectMetrics().finally(() => {
    rendering = undefined
  })
  return rendering
}

async function collectMetrics(): Promise<string> {
  const { resourceMetrics } = await exporter.collect()
  return serializer.serialize(resourceMetrics)
}
