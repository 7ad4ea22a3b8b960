import { randomInt } from 'node:crypto'
import { type Measured, median, percentile } from './benchmark.ts'

/** Measures `count` reads, one after the other, each of something else at random. `read` gets a number below `choices`. */
export async function measureReads(
  count: number,
  choices: number,
  read: (which: number) => Promise<unknown>,
): Promise<Measured> {
  const tookMs: number[] = []
  for (let index = 0; index < count; index += 1) {
    const which = randomInt(choices)
    const startedAt = performance.now()
    await read(which)
    tookMs.push(performance.now() - startedAt)
  }
  return { p50: median(tookMs), p99: percentile(tookMs, 0.99) }
}
