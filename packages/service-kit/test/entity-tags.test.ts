import { expect, it } from 'vitest'
import { namesEntity } from '../src/index.ts'

it.each([
  ['"a"', true, true],
  ['*', true, true],
  [' * ', true, true],
  ['"b", "a"', true, true],
  ['"b","a" ,, ', true, true],
  ['W/"a"', false, true],
  ['"b", W/"a"', false, true],
  ['"a,*,b"', false, false],
  ['"b,", "a"', true, true],
  ['"b", *', false, false],
  ['"b"x"a"', false, false],
  ['"a" "a"', false, false],
  ['a', false, false],
  ["'a'", false, false],
  ['w/"a"', false, false],
  ['"A"', false, false],
  ['"a', false, false],
  ['', false, false],
  [`${'"b",'.repeat(10_000)}"a"`, true, true],
])('the list %s matches "a" strongly (%s) and weakly (%s)', (list, strongly, weakly) => {
  expect([namesEntity(list, '"a"', 'strongly'), namesEntity(list, '"a"', 'weakly')]).toEqual([strongly, weakly])
})
