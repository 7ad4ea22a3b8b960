import { ownKafka, waitFor } from '@coursewire/servers'
import { expect, it, onTestFinished } from 'vitest'
import { startForeignClient } from './foreign-client/client.ts'
import {
  buildNote,
  consume,
  createNoteTopic,
  createStore,
  createTestLogger,
  kafkaSettings,
  produce,
  readEffects,
  toMessage,
} from './helpers.ts'

it('a member stays in its group while the broker limits it to 20 KB a second', async () => {
  const { brokers, stop } = await ownKafka()
  onTestFinished(() => stop())
  const client = await startForeignClient(brokers)
  onTestFinished(() => client.close())
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1, brokers })])
  const count = 30
  for (let n = 0; n < count; n += 1) {
    await produce(note.topic, [toMessage(note, buildNote(note, 'a', n, 'x'.repeat(20_000)))], brokers)
  }
  await client.throttleReading(20_000)
  const log = createTestLogger()

  consume(store, note, { kafka: { ...kafkaSettings(brokers), logger: log.logger } })

  await waitFor(async () => (await readEffects(store)).length === count, { timeoutMs: 150_000 })
  expect((await readEffects(store)).map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, n) => n))
  const ofJoins = log.lines.filter(({ msg }) => /re-joining|not aware of this member/.test(String(msg)))
  expect(ofJoins).toEqual([])
}, 300_000)
