import { metrics } from '@opentelemetry/api'

const meter = metrics.getMeter('coursewire.email-worker')

export const emailOutcomes = meter.createCounter('emails_total', {
  description: 'Attempts to send, by outcome; pending ones are tried again',
})
export const unknownEmails = meter.createGauge('emails_unknown', {
  description: 'Mails that may or may not have been sent; each waits for a person',
})
export const oldestPending = meter.createGauge('emails_oldest_pending_seconds', {
  description: 'Age of the oldest mail that still has to be sent; minutes mean that SES or another service is away',
})
export const quotaPerSecond = meter.createGauge('emails_quota_per_second', {
  description: 'How many mails SES takes in a second',
})
export const quotaLeft = meter.createGauge('emails_quota_left', {
  description: 'How many mails SES still takes in these 24 hours; +Inf without a limit',
})
export const bounceRatio = meter.createGauge('emails_bounce_ratio', {
  description: 'The part of the mails of these 24 hours that came back for good; news wait at 0.05',
})
export const complaintRatio = meter.createGauge('emails_complaint_ratio', {
  description: 'The part of the mails of these 24 hours that were called spam; news wait at 0.001',
})
export const enrollmentsWithoutMail = meter.createGauge('enrollments_without_mail', {
  description: 'Enrolments of the last three days that the ledger knows nothing of, counted once an hour',
})
export const feedback = meter.createCounter('email_feedback_total', {
  description: 'What SES told about mails, and whether they are in this ledger',
})

// Prometheus sees no increase in a series that begins at 1.
for (const outcome of ['sent', 'failed', 'suppressed', 'pending', 'unknown']) emailOutcomes.add(0, { outcome })
for (const event of ['Delivery', 'Bounce', 'Complaint']) feedback.add(0, { event, is_known: true })
