import { waitFor } from '@coursewire/testing'
import { expect, it } from 'vitest'
import { countOutbox, createNoteTopic, createStore, readTopic, relayToKafka, writeNotes } from './helpers.ts'
import { fillSnsOutbox, relaySns, startLocalSns } from './local-sns.ts'

it('an SNS that never answers is given up each time, does not delay Kafka, and gets everything when it answers', async () => {
  const [store, note, sns] = await Promise.all([createStore(), createNoteTopic(), startLocalSns()])
  const records = await readTopic(note.topic)
  await sns.setFault({ kind: 'hang', times: null })
  await fillSnsOutbox(store, sns.topicArn, 200)
  relayToKafka(store)

  const log = relaySns(store)
  await waitFor(() => log.find('Message refused').length > 0, { timeoutMs: 60_000 })
  await writeNotes(store, note, [{ noteId: 'a', n: 1 }])
  await waitFor(() => records.length === 1)
  expect(await countOutbox(store)).toBe(200)

  await sns.clearFaults()
  await waitFor(async () => (await countOutbox(store)) === 0, { timeoutMs: 60_000 })
  const messages = new Set((await sns.readPublished()).map(({ message }) => message))
  expect(messages.size).toBe(200)
})
