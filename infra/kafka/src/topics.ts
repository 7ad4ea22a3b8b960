/** The argument of kafkajs's `admin.createTopics` for one topic. */
export type TopicConfig = {
  topic: string
  numPartitions: number
  replicationFactor: number
  configEntries: { name: string; value: string }[]
}

const dayMs = 24 * 60 * 60 * 1000

// The broker's clock determines the age of a record. If the producer's clock did, a clock that is wrong by an hour would have every record
// refused, and one that is a month behind would have them deleted within minutes.
const clockConfig = { 'message.timestamp.type': 'LogAppendTime' }

// Retention deletes whole segments. Without a daily roll a quiet topic would keep its records forever.
const eventConfig = { 'retention.ms': 30 * dayMs, 'segment.ms': dayMs }

// A dead letter has the original bytes and headers, whatever their size.
const deadLetterConfig = { 'retention.ms': 90 * dayMs, 'segment.ms': dayMs, 'max.message.bytes': 16 * 1024 * 1024 }

const placements = {
  local: { numPartitions: 3, replicationFactor: 1, config: {} },
  production: { numPartitions: 12, replicationFactor: 3, config: { 'min.insync.replicas': 2 } },
}

/** Returns how to create topics with these names. The partition count of an existing topic never changes. */
export function declareTopics(
  environment: keyof typeof placements,
  { events, deadLetters }: { events: string[]; deadLetters: string[] },
): TopicConfig[] {
  const { config, ...placement } = placements[environment]
  const declare = (topic: string, own: Record<string, number | string>) => ({
    topic,
    ...placement,
    configEntries: Object.entries({ ...clockConfig, ...own, ...config }).map(([name, value]) => ({
      name,
      value: String(value),
    })),
  })
  return [
    ...events.map((topic) => declare(topic, eventConfig)),
    ...deadLetters.map((topic) => declare(topic, deadLetterConfig)),
  ]
}
