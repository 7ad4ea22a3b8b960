import { metrics } from '@opentelemetry/api'

// The global meter is resolved when an instrument is first used, so a process may set its provider later.
const meter = metrics.getMeter('coursewire.messaging')

const seconds = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600] },
}

export const outboxUnsent = meter.createGauge('outbox_unsent', { description: 'Rows waiting, estimated' })
export const outboxOldestUnsent = meter.createGauge('outbox_oldest_unsent_seconds', {
  description: 'Age of the oldest unsent row',
})
export const outboxInsertToAck = meter.createHistogram('outbox_insert_to_ack_seconds', seconds)
export const outboxParked = meter.createCounter('outbox_parked_total')
export const outboxSendFailures = meter.createCounter('outbox_send_failures_total')
export const relayLeader = meter.createGauge('relay_leader', { description: '1 where this process relays the channel' })
export const relayLastSuccess = meter.createGauge('relay_last_success_timestamp', { unit: 's' })
export const producerRecreated = meter.createCounter('producer_recreated_total')
export const oldestSnapshot = meter.createGauge('postgres_oldest_snapshot_seconds', {
  description: 'Age of the oldest snapshot, which keeps deleted rows in the way of the relay',
})

export const consumerLag = meter.createGauge('consumer_lag', { description: 'Records behind the end of the partition' })
export const inGroup = meter.createGauge('consumer_in_group', {
  description: '1 while this process belongs to its consumer group; 0 for long means that Kafka is away',
})
export const watermarkAge = meter.createGauge('consumer_watermark_age_seconds', {
  description: 'Since the watermark last moved, while records wait, also those that nobody is shown yet',
})
export const oldestInFlight = meter.createGauge('consumer_oldest_inflight_seconds')
export const eventAgeAtEffect = meter.createHistogram('event_age_at_effect_seconds', seconds)
export const eventsSkipped = meter.createCounter('events_skipped_total')
export const dedupHits = meter.createCounter('dedup_hits_total')
export const dedupMismatches = meter.createCounter('dedup_mismatches_total')
export const retries = meter.createCounter('retries_total')
export const deadLetters = meter.createCounter('dead_letters_total')
export const circuitState = meter.createGauge('circuit_state', {
  description: '1 while a dependency is down and all partitions wait',
})
export const rebalances = meter.createCounter('rebalances_total')
export const offsetResets = meter.createCounter('offset_reset_total')
