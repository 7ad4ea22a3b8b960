import { expect, test } from 'vitest'
import { likelihoodRatio } from './likelihood.ts'

// Dunning (1993), table of bigrams of a Swiss report: A and B, A without B, B without A, neither.
test.each([
  ['the swiss', 110, 2_442, 111, 29_114, 270.72],
  ['can be', 29, 13, 123, 31_612, 263.9],
  ['previous year', 31, 23, 139, 31_584, 256.84],
  ['mineral water', 10, 0, 3, 31_764, 167.23],
])('"%s" is as surprising as the literature says', (_, both, onlyOne, onlyOther, neither, expected) => {
  const counts = { both, one: both + onlyOne, other: both + onlyOther, total: both + onlyOne + onlyOther + neither }

  expect(likelihoodRatio(counts)).toBeCloseTo(expected, 1)
})

test('courses that learners have together as often as by chance, or less often, say nothing about each other', () => {
  expect(likelihoodRatio({ both: 10, one: 100, other: 10, total: 100 })).toBe(0)
  expect(likelihoodRatio({ both: 5, one: 50, other: 50, total: 100 })).toBe(0)
})
