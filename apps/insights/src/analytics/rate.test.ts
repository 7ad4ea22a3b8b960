import { expect, test } from 'vitest'
import { compareParts } from './rate.ts'

// Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i has the interval that the literature gives', (part, whole, low, high) => {
  const found = compareParts(part, whole)

  expect(found?.rate).toBeCloseTo(part / whole, 10)
  expect(found?.low).toBeCloseTo(low, 4)
  expect(found?.high).toBeCloseTo(high, 4)
})

test('nothing has no rate, and a part is the whole at most', () => {
  expect(compareParts(0, 0)).toBeNull()
  expect(compareParts(3, 2)).toMatchObject({ rate: 1, high: 1 })
})
