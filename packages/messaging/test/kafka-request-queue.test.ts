import { expect, it, onTestFinished, vi } from 'vitest'
import { createKafka } from '../src/kafkajs/client.ts'
import { kafkaSettings } from './helpers.ts'

it('a connection without waiting requests sets no timer but one of a second, for its timeouts', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  const setRepeated = vi.spyOn(globalThis, 'setInterval')
  onTestFinished(() => void vi.restoreAllMocks())
  const admin = createKafka(kafkaSettings()).admin()

  await admin.connect()
  await admin.listTopics()
  await admin.disconnect()

  expect(setTimer.mock.calls.filter(([, delayMs]) => (delayMs ?? 0) < 0)).toEqual([])
  expect(new Set(setRepeated.mock.calls.map(([, everyMs]) => everyMs))).toEqual(new Set([1_000]))
})
