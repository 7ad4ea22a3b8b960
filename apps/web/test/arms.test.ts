import { expect, test } from 'vitest'
import { chooseArm } from '../client/storefront/arms.ts'

/** Numbers as tabs draw them, spread evenly over all that there are. */
const numbers = Array.from({ length: 20_000 }, (_, index) => Math.imul(index, 0x9e3779b1) >>> 0)

function countBy(keys: (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

test.each([
  [
    [1, 1],
    [0.5, 0.5],
  ],
  [
    [90, 10],
    [0.9, 0.1],
  ],
  [
    [1, 2, 3, 4],
    [0.1, 0.2, 0.3, 0.4],
  ],
])('the weights %j show the arms to these shares of the tabs: %j', (weights, shares) => {
  const counts = countBy(numbers.map((number) => chooseArm(weights, number, 'dist_1')))

  expect(Object.keys(counts)).toHaveLength(shares.length)
  shares.forEach((share, arm) => expect((counts[arm] ?? 0) / numbers.length).toBeCloseTo(share, 1.7))
})

test('a tab keeps its arm', () => {
  expect(chooseArm([1, 1], 4711, 'dist_1')).toBe(chooseArm([1, 1], 4711, 'dist_1'))
})

test('the arms of two experiments have nothing to do with each other', () => {
  const both = numbers.map((number) => ['dist_7f3a', 'dist_7f3b'].map((one) => chooseArm([1, 1], number, one)).join())

  const counts = countBy(both)
  for (const pair of ['0,0', '0,1', '1,0', '1,1']) expect((counts[pair] ?? 0) / numbers.length).toBeCloseTo(0.25, 1.7)
})
