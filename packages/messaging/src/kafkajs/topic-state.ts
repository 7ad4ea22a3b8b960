import type { Admin } from 'kafkajs'

/** A topic as its brokers describe it now. */
export interface TopicState {
  /**
   * Cluster and topic id. A topic that was deleted and created again, or is on another cluster, has another life, in which an offset refers
   * to another record. A broker without topic ids (Kafka before 2.8) gives only the cluster.
   */
  life: string
  /** By partition. */
  bounds: ReadonlyMap<number, Bounds>
}

export interface Bounds {
  /** The first existing offset. */
  first: number
  /** The offset of the next record, even if the records before it cannot be read yet. */
  end: number
}

/** Needs an `admin` that reads uncommitted records, because otherwise an open transaction hides the end. Throws if there is no such topic. */
export async function findTopicState(admin: Admin, topic: string): Promise<TopicState> {
  const { clusterId, topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const offsets = await admin.fetchTopicOffsets(topic)
  return {
    life: `${clusterId}/${topics[0]?.topicId ?? ''}`,
    bounds: new Map(offsets.map(({ partition, low, high }) => [partition, { first: Number(low), end: Number(high) }])),
  }
}

/** Reads the committed offsets of a group by topic and partition, each with the life of the topic. */
export async function readCommitted(admin: Admin, groupId: string, topics: string[]) {
  const answer = await admin.fetchOffsets({ groupId, topics })
  return new Map(
    answer.flatMap(({ topic, partitions }) =>
      partitions
        .filter(({ offset }) => offset !== '-1')
        .map(({ partition, offset, metadata }) => [
          `${topic}/${partition}`,
          { offset: Number(offset), life: metadata },
        ]),
    ),
  )
}
