import { findClusterObstacle, type KafkaCluster, ownKafkaCluster, waitFor } from '@coursewire/servers'
import type { Admin } from 'kafkajs'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** Starts three brokers for the tests of a file. The tests are skipped if that is not possible. */
export function useCluster(...options: Parameters<typeof ownKafkaCluster>): () => KafkaCluster {
  let obstacle: string | null
  let cluster: KafkaCluster | undefined
  beforeAll(async () => {
    obstacle = await findClusterObstacle()
    if (!obstacle) cluster = await ownKafkaCluster(...options)
  })
  beforeEach(({ skip }) => {
    if (obstacle) skip(obstacle)
  })
  afterAll(() => cluster?.stop())
  return () => {
    if (!cluster) throw new Error('There is no cluster')
    return cluster
  }
}

/** Finds the partitions of a topic. A new topic is not known to every broker at once. */
export const findPartitions = (admin: Admin, topic: string) =>
  waitFor(async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions)

/** Resolves when every broker has every record of the topic. */
export const replicated = (admin: Admin, topic: string) =>
  waitFor(async () => (await findPartitions(admin, topic)).every(({ isr }) => isr.length === 3), {
    timeoutMs: 120_000,
    message: 'all replicas to be in sync',
  })

/** Finds the broker that coordinates a group: the leader of the partition that stores its offsets. */
export async function findCoordinator(admin: Admin, group: string): Promise<number | undefined> {
  const partitions = await findPartitions(admin, '__consumer_offsets')
  let hash = 0
  for (const character of group) hash = (hash * 31 + character.charCodeAt(0)) | 0
  return partitions.find(({ partitionId }) => partitionId === (hash & 0x7fffffff) % partitions.length)?.leader
}
