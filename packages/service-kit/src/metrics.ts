import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { metrics } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

// No timestamps and no labels about the library, because the name of a metric is enough.
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
const exporter = new PrometheusExporter({ preventServerStart: true })

// On import, because the metrics API returns dead instruments before there is a provider.
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }))

const meter = metrics.getMeter('@coursewire/service-kit')

export const requestDuration = meter.createHistogram('http_request_duration_seconds', {
  description: 'Time from the request to the end of its answer, by route and status',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
})

meter
  .createObservableGauge('process_start_time_seconds', {
    description: 'When the process started; it changes with a restart',
  })
  .addCallback((result) => result.observe(performance.timeOrigin / 1e3))

meter
  .createObservableGauge('process_resident_memory_bytes', { description: 'Memory of the process' })
  .addCallback((result) => result.observe(process.memoryUsage.rss()))

meter
  .createObservableGauge('nodejs_heap_limit_bytes', { description: 'Memory that objects may take, at most' })
  .addCallback((result) => result.observe(getHeapStatistics().heap_size_limit))

meter
  .createObservableCounter('process_cpu_seconds_total', { description: 'Processor time, user and system' })
  .addCallback((result) => {
    const { user, system } = process.cpuUsage()
    result.observe((user + system) / 1e6)
  })

// With the default of ten milliseconds, measuring alone keeps an idle process busy.
const resolution = 50
const eventLoopDelay = monitorEventLoopDelay({ resolution })
eventLoopDelay.enable()
meter
  .createObservableGauge('nodejs_eventloop_lag_seconds', { description: 'Longest delay since the last reading' })
  .addCallback((result) => {
    // Measures the time between two samples.
    result.observe(Math.max(0, eventLoopDelay.max / 1e9 - resolution / 1e3))
    eventLoopDelay.reset()
  })

let rendering: Promise<string> | undefined

/** Renders every metric of the process in the text format of Prometheus. Concurrent callers share one answer. */
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
