import type { RecordMetadata } from 'kafkajs'

/**
 * Throws unless each of the partitions has acknowledged its records. kafkajs leaves the records of a partition out, and the send still
 * succeeds, if it does not know the partition yet, or if the partition has moved to a broker that has already answered.
 */
export function assertAcknowledged(answers: RecordMetadata[], partitions: Iterable<number>): void {
  const answered = new Set(answers.map(({ partition }) => partition))
  const missing = [...new Set(partitions)].filter((partition) => !answered.has(partition))
  if (missing.length > 0) throw new Error(`Partitions not acknowledged: ${missing.join(', ')}`)
}
