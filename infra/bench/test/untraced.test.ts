import { expect, it } from 'vitest'
import { assertSameNames } from '../src/untraced.config.ts'

const [one, two] = ['export const one = 1', 'export const one = 1\nexport async function two() {}']

it.each([
  { what: 'lacks a name of it', tracing: two, standIn: one },
  { what: 'has a name that it has no longer', tracing: one, standIn: two },
])('builds nothing without spans if the stand-in for tracing $what', ({ tracing, standIn }) => {
  expect(() => assertSameNames(tracing, standIn)).toThrow(/tracing\.ts exports .*, and untraced\.ts/)
})

it('takes the stand-in if both have the same names', () => {
  expect(() => assertSameNames(one, one.replace('1', '2'))).not.toThrow()
})
