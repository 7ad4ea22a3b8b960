import type { Admin } from 'kafkajs'

/** A topic as its brokers describe it now. */
export interface TopicState {
  /**
   * Cluster and topic id. A topic that was deleted and made again, or lies on another cluster, has another life, in which an
   * offset names another record. Of a broker without topic ids (Kafka before 2.8) it is the cluster alone.
   */
  life: string
  /** By partition. */
  bounds: ReadonlyMap<number, Bounds>
}

export interface Bounds {
  /** The first offset that is there. */
  first: number
  /** The offset of the next record to come, whether what lies before it can be read yet or not. */
  end: number
}

/** Asks as an `admin` that reads uncommitted, from whom an open transaction hides nothing. Throws where there is no such topic. */
export async function findTopicState(admin: Admin, topic: string): Promise<TopicState> {
  const { clusterId, topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const offsets = await admin.fetchTopicOffsets(topic)
  return {
    life: `${clusterId}/${topics[0]?.topicId ?? ''}`,
    bounds: new Map(offsets.map(({ partition, low, high }) => [partition, { first: Number(low), end: Number(high) }])),
  }
}

/** The offsets that a group has committed, by topic and partition, each with the life of the topic it was committed for. */
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
