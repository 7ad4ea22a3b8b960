import { waitFor } from '@coursewire/testing'
import { expect, inject, it, onTestFinished } from 'vitest'
import { openMessaging } from '../src/open-messaging.ts'
import {
  buildNote,
  countOutbox,
  createNoteTopic,
  createStore,
  createTestLogger,
  produce,
  readEffects,
  readTopic,
  recordNotes,
  toMessage,
  writeNotes,
} from './helpers.ts'

it('relays and consumes from its start to its close, and says after each commit that rows may wait', async () => {
  const [store, note, other] = await Promise.all([createStore(), createNoteTopic(), createNoteTopic()])
  const { logger } = createTestLogger()
  let commits = 0
  const messaging = openMessaging({
    service: { name: note.topic, version: '1' },
    config: { DATABASE_URL: store.databaseUrl, KAFKA_BROKERS: inject('kafka').brokers, KAFKA_SSL: false },
    db: store.db,
    logger,
    handlers: [recordNotes(note)],
    onCommitted: () => {
      commits += 1
    },
  })
  onTestFinished(() => messaging.close())
  await writeNotes(store, other, [{ noteId: 'a', n: 1 }])
  await produce(note.topic, [toMessage(note, buildNote(note, 'a', 1))])
  messaging.wake()
  expect(messaging.findStandstill()).toBe(null)
  expect(await countOutbox(store)).toBe(1)

  messaging.start()

  const records = await readTopic(other.topic)
  await waitFor(async () => records.length === 1 && (await readEffects(store)).length === 1)
  expect(commits).toBeGreaterThan(0)
  expect(messaging.findStandstill()).toBe(null)
  await messaging.close()
  await writeNotes(store, other, [{ noteId: 'a', n: 2 }])
  messaging.wake()
  expect(await countOutbox(store)).toBe(1)
})
