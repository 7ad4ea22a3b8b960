import { distributionPublished, enrollmentCompleted } from '@coursewire/events'
import { expect, test } from 'vitest'
import { deadLetterTopicOf } from '../src/product.ts'
import { topicsFor } from '../src/topics.ts'

const getConfig = (environment: 'local' | 'production', name: string) => {
  const found = topicsFor(environment).find(({ topic }) => topic === name)
  if (!found) throw new Error(`No topic ${name}`)
  const { configEntries, ...placement } = found
  return { ...placement, ...Object.fromEntries(configEntries.map((entry) => [entry.name, entry.value])) }
}

test('the topics for events and dead letters exist everywhere, each once', () => {
  const names = topicsFor('local').map(({ topic }) => topic)

  expect(names).toEqual([...new Set(names)])
  expect(names).toEqual(expect.arrayContaining([enrollmentCompleted.topic, distributionPublished.topic]))
  expect(names).toContain(deadLetterTopicOf('email-worker'))
  expect(topicsFor('production').map(({ topic }) => topic)).toEqual(names)
})

test('an event topic keeps 30 days by the clock of the broker, in segments of one day', () => {
  expect(getConfig('local', 'enrollment.events.v1')).toEqual({
    topic: 'enrollment.events.v1',
    numPartitions: 3,
    replicationFactor: 1,
    'message.timestamp.type': 'LogAppendTime',
    'retention.ms': '2592000000',
    'segment.ms': '86400000',
  })
})

test('in production a dead-letter topic has three replicas, 90 days and room for large records', () => {
  expect(getConfig('production', 'email-worker.dlq')).toEqual({
    topic: 'email-worker.dlq',
    numPartitions: 12,
    replicationFactor: 3,
    'min.insync.replicas': '2',
    'message.timestamp.type': 'LogAppendTime',
    'retention.ms': '7776000000',
    'segment.ms': '86400000',
    'max.message.bytes': '16777216',
  })
})
