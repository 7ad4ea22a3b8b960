import { expect, it, vi } from 'vitest'
import { createKafka } from '../src/kafkajs/client.ts'
import { kafkaSettings } from './helpers.ts'

it('a connection without waiting requests sets no timer', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  const admin = createKafka(kafkaSettings()).admin()

  await admin.connect()
  await admin.listTopics()
  await admin.disconnect()

  expect(setTimer.mock.calls.filter(([, delayMs]) => (delayMs ?? 0) < 0)).toEqual([])
})
