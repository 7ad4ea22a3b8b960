import * as contract from '@coursewire/events'
import { declareTopics, type TopicConfig } from '@coursewire/kafka'
import { type AppName, consumers } from './product.ts'

const isEvent = (value: unknown): value is { topic: string } =>
  typeof value === 'object' && value !== null && 'build' in value && 'topic' in value

const eventTopics = [...new Set(Object.values(contract).flatMap((value) => (isEvent(value) ? [value.topic] : [])))]

/** The topic for records that an app cannot handle. */
export const deadLetterTopicOf = (app: AppName) => `${app}.dlq`

/** Every topic of the product. They are created before anything runs. */
export function topicsFor(environment: 'local' | 'production'): TopicConfig[] {
  return declareTopics(environment, { events: eventTopics, deadLetters: consumers.map(deadLetterTopicOf) })
}
