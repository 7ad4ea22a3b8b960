import { waitFor } from '@coursewire/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { consume, createNoteTopic, createStore } from './helpers.ts'

it('a consumer forgets old events once an hour, as long as it runs', async () => {
  const [store, note] = await Promise.all([createStore(), createNoteTopic({ partitions: 1 })])
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
  const [set, clear] = [vi.spyOn(globalThis, 'setInterval'), vi.spyOn(globalThis, 'clearInterval')]
  const consumer = consume(store, note)
  const hourly = set.mock.calls.findIndex(([, everyMs]) => everyMs === 3_600_000)

  for (let hour = 1; hour <= 2; hour += 1) {
    await store.pool.query(
      `INSERT INTO event_dedup SELECT $1, 'source', n, 'tenant', n, '', 'done', now() - interval '122 days'
       FROM generate_series(1, 100) AS n`,
      [consumer.name],
    )
    vi.advanceTimersByTime(3_600_000)
    await waitFor(() => consumer.log.find('Old events forgotten').length === hour)
  }
  await consumer.close()

  expect(consumer.log.find('Old events forgotten')).toMatchObject([{ purged: 100 }, { purged: 100 }])
  expect(clear).toHaveBeenCalledWith(set.mock.results[hourly]?.value)
})
