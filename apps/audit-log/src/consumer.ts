import { eventTopics } from '@coursewire/events'
import { onAll, onRecords, type TopicHandler } from '@coursewire/messaging'
import { applyToChangelog } from './changelog/handlers.ts'
import { describeDeadLetter, describeEvent } from './records/record.ts'
import { insertRecords } from './records/repository.ts'

/** Stores every event, and every dead letter of the other apps. */
export function createHandlers(deadLetterTopics: string[]): TopicHandler[] {
  return [
    ...eventTopics.map((topic) =>
      onAll(topic, async (tx, events) => {
        await insertRecords(tx, events.map(describeEvent))
        for (const { event } of events) await applyToChangelog(tx, event)
      }),
    ),
    ...deadLetterTopics.map((topic) =>
      onRecords(topic, (tx, records) => insertRecords(tx, records.map(describeDeadLetter))),
    ),
  ]
}
