import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWatermark } from '../src/consumer/watermark.ts'

describe('a watermark', () => {
  it('is the lowest offset that is not done, in any order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }).chain((start) =>
          fc.integer({ min: 1, max: 60 }).chain((count) => {
            const offsets = Array.from({ length: count }, (_, index) => start + index)
            return fc.tuple(
              fc.constant({ start, offsets }),
              fc.shuffledSubarray(offsets, { minLength: count, maxLength: count }),
            )
          }),
        ),
        ([{ start, offsets }, order]) => {
          const watermark = createWatermark(start)
          watermark.add(offsets, start + offsets.length)
          const open = new Set(offsets)
          for (const offset of order) {
            watermark.complete([offset])
            open.delete(offset)
            expect(watermark.value).toBe(open.size === 0 ? start + offsets.length : Math.min(...open))
          }
        },
      ),
    )
  })

  it('skips offsets that are never delivered, but only once all before them are done', () => {
    const watermark = createWatermark(0)
    watermark.add([0, 3], 6)
    watermark.add([], 9)

    watermark.complete([3])
    expect(watermark.value).toBe(0)
    watermark.complete([0])
    expect(watermark.value).toBe(9)
    watermark.add([], 12)
    expect(watermark.value).toBe(12)
  })

  it('knows how long it has waited, and reports no age if it waits for nothing', () => {
    const watermark = createWatermark(0)
    expect(watermark.age(performance.now() + 5_000)).toBe(0)
    watermark.add([0], 1)
    expect(watermark.age(performance.now() + 5_000)).toBeGreaterThanOrEqual(5_000)
    expect(watermark.oldestAge(performance.now() + 5_000)).toBeGreaterThanOrEqual(5_000)
    watermark.complete([0])
    expect(watermark.oldestAge(performance.now() + 5_000)).toBe(0)
  })

  it('also waits for records that the partition has but that were not delivered yet', () => {
    const watermark = createWatermark(0)
    watermark.noteEnd(3)
    expect(watermark.age(performance.now() + 5_000)).toBeGreaterThanOrEqual(5_000)
    watermark.add([], 3)
    expect(watermark.age(performance.now() + 5_000)).toBe(0)
  })
})
