import { expect, test } from 'vitest'
import { retryDelaySeconds } from './email.ts'

test('the wait after a failure grows up to four hours', () => {
  const delays = [1, 2, 3, 10, 13, 14, 2_000].map((failures) => retryDelaySeconds(failures))

  expect(delays).toEqual([5, 10, 20, 2560, 14_400, 14_400, 14_400])
})

test('a mail that waits for an operator is tried again within five minutes', () => {
  expect([1, 6, 7, 2_000].map((failures) => retryDelaySeconds(failures, 'Do this'))).toEqual([5, 160, 300, 300])
})
