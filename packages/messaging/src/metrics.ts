import { metrics } from '@opentelemetry/api'

// The global meter is resolved when an instrument is first used, so a process may set its provider later.
const meter = metrics.getMeter('coursewire.messaging')

const seconds = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600] },
}

export const outboxUnsent = meter.createGauge('outbox_unsent', {
  description: 'Rows waiting, estimated; it falls to about 0 whenever the destination answers',
})
export const outboxOldestUnsent = meter.createGauge('outbox_oldest_unsent_seconds', {
  description:
    'Age of the oldest unsent row, measured by the leader; more than a few seconds mean that the destination is away',
  unit: 's',
})
export const outboxInsertToAck = meter.createHistogram('outbox_insert_to_ack_seconds', {
  description: 'Time from the write of a row until its destination has acknowledged it',
  ...seconds,
})
export const outboxParked = meter.createCounter('outbox_parked_total', {
  description: 'Rows that their destination has refused for good',
})
export const outboxParkedRows = meter.createGauge('outbox_parked_rows', {
  description: 'Parked rows that wait for a person, counted to 10,000 by the leader',
})
export const outboxSendFailures = meter.createCounter('outbox_send_failures_total', {
  description: 'Sends that failed and are repeated, once per row and attempt',
})
export const relayLeader = meter.createGauge('relay_leader', {
  description: '1 where this process relays the channel; of all processes of a service, one does',
})
export const relayLastSuccess = meter.createGauge('relay_last_success_timestamp_seconds', {
  description: 'When a row was last acknowledged; old is normal while nothing happens',
  unit: 's',
})
export const producerRecreated = meter.createCounter('producer_recreated_total', {
  description: 'Producers replaced after an error of Kafka',
})
export const oldestSnapshot = meter.createGauge('postgres_oldest_snapshot_seconds', {
  description: 'Age of the oldest snapshot, which keeps deleted rows in the way of the relay',
  unit: 's',
})

export const consumerLag = meter.createGauge('consumer_lag', {
  description: 'Records behind the end of the partition; 0 for a partition that another process reads',
})
export const inGroup = meter.createGauge('consumer_in_group', {
  description: '1 while this process belongs to its consumer group; 0 for long means that Kafka is away',
})
export const watermarkAge = meter.createGauge('consumer_watermark_age_seconds', {
  description: 'Since the watermark last moved, while records wait, also those that nobody is shown yet',
  unit: 's',
})
export const oldestInFlight = meter.createGauge('consumer_oldest_inflight_seconds', {
  description: 'Age of the oldest record in hand; more than a few seconds mean that a handler or its database is slow',
  unit: 's',
})
export const eventAgeAtEffect = meter.createHistogram('event_age_at_effect_seconds', {
  description: "Time from an event until its effect was committed, by the producer's clock and ours",
  ...seconds,
})
export const eventsSkipped = meter.createCounter('events_skipped_total', {
  description: 'Records that are for somebody else, or of a type that nobody handles here; normal',
})
export const dedupHits = meter.createCounter('dedup_hits_total', {
  description: 'Events that came again and had no second effect; normal after a restart',
})
export const dedupMismatches = meter.createCounter('dedup_mismatches_total', {
  description: 'Events whose id came before with another content; each is a bug of a producer',
})
export const retries = meter.createCounter('retries_total', {
  description: 'Transactions of the consumer that failed, by what that meant',
})
export const deadLetters = meter.createCounter('dead_letters_total', {
  description: 'Records that could not be handled, by error code; each waits for a person',
})
export const circuitState = meter.createGauge('circuit_state', {
  description: '1 while a dependency is down and all partitions wait',
})
export const rebalances = meter.createCounter('rebalances_total', {
  description: 'How often this process was given its partitions; normal at starts and stops',
})
export const offsetResets = meter.createCounter('offset_reset_total', {
  description: 'Partitions that could not be continued where they were left; records may be missing',
})

/** Prometheus sees no increase in a series that begins at 1, so those that are known beforehand begin at 0. */
export function beginConsumerAtZero(known: {
  topics: string[]
  failures: readonly string[]
  resets: readonly string[]
}): void {
  for (const counter of [dedupHits, dedupMismatches, rebalances]) counter.add(0)
  for (const reason of ['unknown-type', 'for-somebody-else']) eventsSkipped.add(0, { reason })
  for (const failure of known.failures) retries.add(0, { class: failure })
  // Handlers bring error codes of their own.
  deadLetters.add(0, { reason: 'event.mismatch' })
  for (const topic of known.topics) for (const reason of known.resets) offsetResets.add(0, { topic, reason })
  circuitState.record(0)
}
