import fc from 'fast-check'
import { expect, it } from 'vitest'
import { wire } from './wire.ts'

it('a wire has a bead for each lesson up to sixty, all within its bounds and none above another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 60 }), (lessons, perRow) => {
      const { beads, width, height } = wire(lessons, perRow)

      expect(beads).toHaveLength(Math.min(lessons, 60))
      expect(new Set(beads.map(({ x, y }) => `${x} ${y}`)).size).toBe(beads.length)
      for (const { x, y } of beads) {
        expect(x > 0 && x < width).toBe(true)
        expect(y > 0 && y < height).toBe(true)
      }
    }),
  )
})

it('the thread goes forth and back', () => {
  expect(wire(5, 2, 10, 8, 4)).toEqual({
    beads: [
      { x: 8, y: 4 },
      { x: 18, y: 4 },
      { x: 18, y: 12 },
      { x: 8, y: 12 },
      { x: 8, y: 20 },
    ],
    path: 'M8 4H18a4 4 0 0 1 0 8H8a4 4 0 0 0 0 8H8',
    width: 26,
    height: 24,
  })
})
