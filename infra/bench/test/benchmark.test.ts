import { expect, it } from 'vitest'
import { compare } from '../src/benchmark.ts'

it.each([
  { what: 'a comparison', settings: {}, sides: 'floor ours ours floor floor ours' },
  { what: 'one that is warm', settings: { isWarm: true }, sides: 'ours floor floor ours' },
  { what: 'one that is measured once', settings: { isMeasuredOnce: true as const }, sides: 'ours floor' },
])('$what of two rounds runs its sides in this order: $sides', async ({ settings, sides }) => {
  const ran: string[] = []
  const run = (side: string, rate: number) => async () => {
    ran.push(side)
    return { rate }
  }
  const figures = { rate: { unit: '/s', aim: { atLeast: 1.5 } } }

  const results = await compare(
    { work: 'work', figures, ...settings, ours: run('ours', 20), floor: run('floor', 10) },
    2,
    () => undefined,
  )

  expect(ran.join(' ')).toBe(sides)
  expect(results).toMatchObject([{ figure: 'rate', ours: 20, floor: 10, ratio: 2, isMet: true }])
})
