import { eventTopics } from '@coursewire/events'
import { declareTopics, type TopicConfig } from '@coursewire/kafka'
import { consumers, deadLetterTopicOf } from './product.ts'

/** Every topic of the product. They are created before anything runs. */
export function topicsFor(environment: 'local' | 'production'): TopicConfig[] {
  return declareTopics(environment, { events: eventTopics, deadLetters: consumers.map(deadLetterTopicOf) })
}
