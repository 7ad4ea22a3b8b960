import { expect } from 'vitest'
import type { KafkaSource } from '../src/source.ts'

/**
 * Expects that Kafka has what was written: each of `count` events exists, repeats have the same bytes, and the first occurrences of each
 * key's events are in the order of `n`. Returns the number of repeats.
 */
export function expectFaithful(records: KafkaSource[], count: number): number {
  const bytesById = new Map<string, Buffer>()
  const firsts: { key: string; n: number }[] = []
  for (const { key, value } of records) {
    const { id, payload } = JSON.parse(String(value))
    const earlier = bytesById.get(id)
    if (earlier) {
      expect(value).toEqual(earlier)
      continue
    }
    bytesById.set(id, value ?? Buffer.alloc(0))
    firsts.push({ key: String(key), n: payload.n })
  }
  expect(firsts).toHaveLength(count)
  expectOrdered(firsts)
  return records.length - count
}

/** Expects that the numbers of each key increase. */
export function expectOrdered(all: { key: string; n: number }[]): void {
  const last = new Map<string, number>()
  const disordered = all.filter(({ key, n }) => {
    const isLower = n < (last.get(key) ?? -1)
    last.set(key, n)
    return isLower
  })
  expect(disordered).toEqual([])
}
