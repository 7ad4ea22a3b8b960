import { afterEach, expect, it, vi } from 'vitest'
import { now } from '../src/index.ts'

afterEach(() => {
  vi.useRealTimers()
})

it('moments are in UTC with six fractional digits', () => {
  expect(now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
})

it('moments never repeat, and always increase', () => {
  const moments = Array.from({ length: 20_000 }, now)

  expect(new Set(moments).size).toBe(moments.length)
  expect(moments.toSorted()).toEqual(moments)
})

it('the clock follows the system clock but never goes back with it', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2045-01-01T12:00:00Z') })
  const later = now()
  vi.setSystemTime(Date.parse('2045-01-01T11:00:00Z'))
  const afterwards = now()

  expect(later).toMatch(/^2045-01-01T12:00:00\.000\d{3}Z$/)
  expect(afterwards > later).toBe(true)
})

it('the clock follows a system clock that was years fast once it is corrected', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2099-01-01T12:00:00Z') })
  now()
  vi.setSystemTime(Date.parse('2046-01-01T12:00:00Z'))

  expect(now()).toMatch(/^2046-01-01T12:00:00/)
})
