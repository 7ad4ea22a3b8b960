import { expect, test } from 'vitest'
import { findLatest, readTotal } from './experiment.ts'

const day = (number: number) => `2026-03-0${number}T12:00:00.000000Z`
const arms = (...labels: string[]) => labels.map((label) => ({ label, ctaType: label, share: 1 / labels.length }))
const told = (at: number, ends: number | null, ...labels: string[]) => ({
  at: day(at),
  endsAt: ends === null ? null : day(ends),
  arms: ends === null ? null : arms(...labels),
})

test.each([
  ['there is none', [], null],
  ['there is none where there was never one', [told(1, null)], null],
  ['it begins when it is told', [told(2, 8, 'a', 'b')], [2, 8]],
  ['its end may be moved while it runs', [told(2, 5, 'a', 'b'), told(3, 8, 'a', 'b')], [2, 8]],
  ['with an end that has passed it begins anew', [told(2, 5, 'a', 'b'), told(6, 8, 'a', 'b')], [6, 8]],
  ['with other arms it begins anew', [told(2, 8, 'a', 'b'), told(3, 8, 'a', 'c')], [3, 8]],
  ['taken away it ends, and is still the latest', [told(2, 8, 'a', 'b'), told(4, null)], [2, 4]],
  ['taken away after its end it ended when it ended', [told(2, 3, 'a', 'b'), told(4, null)], [2, 3]],
  ['taken away and given back it begins anew', [told(2, 8, 'a', 'b'), told(4, null), told(5, 8, 'a', 'b')], [5, 8]],
])('the latest experiment: %s', (_what, events, expected) => {
  const found = findLatest(events)

  expect(found && [found.beganAt, found.endsAt]).toEqual(expected && expected.map(day))
})

test.each([
  ['between two totals of a window, at an even pace', 90, { total: 10, at: 60 }, { total: 20, at: 120 }, 15],
  ['long before the next total, as it was', 90, { total: 10, at: 60 }, { total: 20, at: 900 }, 10],
  ['after the last total, as it was', 90, { total: 10, at: 60 }, null, 10],
  ['before the first total, nothing', 90, null, { total: 4, at: 900 }, 0],
  ['with a clock that goes back, no less than before', 90, { total: 10, at: 60 }, { total: 9, at: 120 }, 10],
])('a total %s', (_what, moment, before, after, expected) => {
  expect(readTotal({ moment, before, after }, { window: 60, isWhole: true })).toBe(expected)
})

test('before the first total of a distribution whose beginning is not known, the total is the first', () => {
  const first = { moment: 90, before: null, after: { total: 4_000, at: 900 } }

  expect(readTotal(first, { window: 60, isWhole: false })).toBe(4_000)
})
