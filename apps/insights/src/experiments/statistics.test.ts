import { expect, test } from 'vitest'
import { boundRate, findChancesOfBest, measureEvidence } from './statistics.ts'

/** The same test as a product of predictions: each count is foretold by the prior and those before it (Lindon and Malek 2022, section 3). */
function predictOneByOne(falls: number[], shares: number[]): number {
  const seen = shares.map((share) => 100 * share)
  let evidence = 1
  for (const arm of falls) {
    const total = seen.reduce((sum, one) => sum + one, 0)
    evidence *= (seen[arm] ?? 0) / total / (shares[arm] ?? 1)
    seen[arm] = (seen[arm] ?? 0) + 1
  }
  return evidence
}

test.each([
  [[0], [0.5, 0.5]],
  [
    [0, 0],
    [0.5, 0.5],
  ],
  [Array<number>(30).fill(1), [0.9, 0.1]],
  [
    [0, 1, 2, 2, 2, 1, 2, 2],
    [0.2, 0.3, 0.5],
  ],
])('evidence is what predictions have won against the plan, whatever their order (%j)', (falls, shares) => {
  const counts = shares.map((_, arm) => falls.filter((one) => one === arm).length)

  expect(measureEvidence(counts, shares)).toBeCloseTo(Math.log(predictOneByOne(falls, shares)), 10)
  expect(measureEvidence(counts, shares)).toBeCloseTo(Math.log(predictOneByOne(falls.toReversed(), shares)), 10)
})

test('nothing that was counted is no evidence, and ever more that was counted becomes ever more evidence', () => {
  expect(measureEvidence([0, 0], [0.5, 0.5])).toBeCloseTo(0, 12)
  expect(measureEvidence([600_000, 400_000], [0.5, 0.5])).toBeGreaterThan(19_000)
  // As planned: less than one.
  expect(measureEvidence([500_000, 500_000], [0.5, 0.5])).toBeLessThan(0)
})

test('a rate is inside its bounds, which close in and reach the ends', () => {
  const few = boundRate(3, 30)
  const many = boundRate(3_000, 30_000)

  expect(few.low).toBeLessThan(many.low)
  expect(many.low).toBeLessThan(0.1)
  expect(many.high).toBeGreaterThan(0.1)
  expect(few.high).toBeGreaterThan(many.high)
  expect(boundRate(0, 30).low).toBe(0)
  expect(boundRate(30, 30).high).toBe(1)
  // One of one: with a uniform prior rates below 1 / 40 are refused.
  expect(boundRate(1, 1).low).toBeCloseTo(1 / 40, 8)
})

test.each([
  [
    'nothing known',
    [
      { part: 0, whole: 0 },
      { part: 0, whole: 0 },
    ],
    [1 / 2, 1 / 2],
  ],
  // The integral of 2t over 1 - (1 - t)².
  [
    'a success and a failure',
    [
      { part: 0, whole: 1 },
      { part: 1, whole: 1 },
    ],
    [1 / 6, 5 / 6],
  ],
  [
    'a success and nothing known',
    [
      { part: 1, whole: 1 },
      { part: 0, whole: 0 },
    ],
    [2 / 3, 1 / 3],
  ],
  // The integral of 2t over t².
  [
    'three arms, one with a success',
    [
      { part: 1, whole: 1 },
      { part: 0, whole: 0 },
      { part: 0, whole: 0 },
    ],
    [1 / 2, 1 / 4, 1 / 4],
  ],
])('the chances of being best are those of the integral: %s', (_what, arms, chances) => {
  findChancesOfBest(arms).forEach((chance, index) => expect(chance).toBeCloseTo(chances[index] ?? 0, 5))
})

test('the chances of being best are certain where the numbers are', () => {
  const [low = 0, high = 0] = findChancesOfBest([
    { part: 1_000, whole: 1_000_000 },
    { part: 500_000, whole: 1_000_000 },
  ])

  expect(low).toBeLessThan(1e-9)
  expect(high).toBeCloseTo(1, 9)
})
