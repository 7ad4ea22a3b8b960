import { expect, it } from 'vitest'
import { startService } from './helpers.ts'

const well = { isAlive: () => true, isInGroup: () => true }
const dead = { isAlive: () => false, isInGroup: () => false }
const wake = () => {}

it.each([
  ['all is well', { consumer: well }, 200, 200],
  ['the consumer is not in its group', { consumer: { ...well, isInGroup: () => false } }, 200, 503],
  ['the consumer stands still', { consumer: dead }, 503, 503],
  ['the relay stands still', { consumer: well, relay: { wake, isAlive: () => false } }, 503, 200],
])('when %s, health says so', async (_when, overrides, live, ready) => {
  const service = await startService(overrides)

  expect((await service.call('GET', '/health/live')).status).toBe(live)
  expect((await service.call('GET', '/health/ready')).status).toBe(ready)
})
