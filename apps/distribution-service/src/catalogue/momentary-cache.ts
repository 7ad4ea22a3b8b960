import { createBatcher } from '@coursewire/service-kit'

/** A change by another instance is seen in less than a second, including the time to answer. */
const LIFE_MS = 900
const MAX_KEPT = 10_000
const MAX_BATCH = 200
const MAX_READING = 2

/**
 * Reads by `load`, which resolves to a value for each key in their order, what several ask for in one go, and keeps it for
 * less than a second. `hold` before a change and its `release` after it make sure that nobody is given, from the moment the
 * change can be seen, what was read before: while it is held, everything is read after it was asked for.
 */
export function createMomentaryCache<Value extends object>(load: (keys: string[]) => Promise<Value[]>) {
  /** A load puts what it has read into what was kept when it began: what is forgotten takes that with it. */
  let kept = new Map<string, Value>()
  let keptSince = performance.now()
  let holders = 0
  const read = createBatcher(readNow, { concurrent: MAX_READING, maxBatch: MAX_BATCH, busyCode: 'reads.busy' })

  function forget(): void {
    kept = new Map()
    keptSince = performance.now()
  }

  function get(key: string): Value | Promise<Value> {
    if (performance.now() - keptSince >= LIFE_MS || kept.size >= MAX_KEPT) forget()
    const found = holders === 0 ? kept.get(key) : undefined
    return found ?? read(key)
  }

  /** Callers who ask for the same key share one read. */
  async function readNow(asked: string[]): Promise<Value[]> {
    const into = kept
    const keys = [...new Set(asked)]
    const values = await load(keys)
    for (const [index, key] of keys.entries()) into.set(key, values[index] as Value)
    return asked.map((key) => into.get(key) as Value)
  }

  /** Returns the release. */
  const hold = () => {
    holders += 1
    return () => {
      holders -= 1
      forget()
    }
  }

  return { get, hold }
}
