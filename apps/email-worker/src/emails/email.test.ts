import { expect, test } from 'vitest'
import { retryDelaySeconds } from './email.ts'

test('the wait after a failure grows up to four hours', () => {
  expect([1, 2, 3, 10].map(retryDelaySeconds)).toEqual([5, 10, 20, 2560])
  expect([13, 14, 2_000].map(retryDelaySeconds)).toEqual([14_400, 14_400, 14_400])
})
