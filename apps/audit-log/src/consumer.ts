import { eventTopics } from '@coursewire/events'
import { onAll, onRecords, type ReceivedEvent, type TopicHandler } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { applyToChangelog } from './changelog/handlers.ts'
import { describeDeadLetter, describeEvent } from './records/record.ts'
import { insertRecords } from './records/repository.ts'

/** Stores every event, and every dead letter of the other apps. */
export function createHandlers(deadLetterTopics: string[]): TopicHandler[] {
  return [
    ...eventTopics.map((topic) => onAll(topic, storeEvents)),
    ...deadLetterTopics.map((topic) =>
      onRecords(topic, (tx, records) => insertRecords(tx, records.map(describeDeadLetter))),
    ),
  ]
}

export async function storeEvents(tx: Transaction, events: ReceivedEvent[]): Promise<void> {
  await insertRecords(tx, events.map(describeEvent))
  for (const { event } of events) await applyToChangelog(tx, event)
}
