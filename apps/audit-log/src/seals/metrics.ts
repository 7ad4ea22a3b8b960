import { metrics } from '@opentelemetry/api'

const meter = metrics.getMeter('coursewire.audit-log')

export const unsealed = meter.createGauge('audit_unsealed_seconds', {
  description: 'Age of the oldest record that is not sealed; about a minute is normal',
})
export const withoutMonth = meter.createGauge('audit_records_without_month', {
  description: 'Records that no month has, because migrate.js --maintain has not run',
})
