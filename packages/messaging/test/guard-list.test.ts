import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { guards } from './guard-list.ts'

it('the guard list names only code that exists', () => {
  const isThere = ({ file, find }: (typeof guards)[number]) =>
    readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8').includes(find)

  expect(guards.filter((guard) => !isThere(guard)).map(({ name }) => name)).toEqual([])
})
