import { metrics } from '@opentelemetry/api'

const meter = metrics.getMeter('coursewire.email-worker')

export const emailOutcomes = meter.createCounter('emails_total', {
  description: 'Tries to send, by what became of them',
})
export const unknownEmails = meter.createGauge('emails_unknown', {
  description: 'Mails of which nobody knows whether they were sent: each waits for a person',
})
export const oldestPending = meter.createGauge('emails_oldest_pending_seconds', {
  description: 'Age of the oldest mail that still has to be sent',
})
