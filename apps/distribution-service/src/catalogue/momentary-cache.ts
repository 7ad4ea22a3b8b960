import { createBatcher } from '@coursewire/service-kit'

/** A change by another instance is seen in less than a second, including the time to answer. */
const LIFE_MS = 900
const MAX_KEPT = 10_000
const MAX_BATCH = 200
const MAX_READING = 2
/** As many as the server has connections. */
const MAX_WAITING = 5_000

/**
 * Creates a cache that keeps values for less than a second. `load` resolves to the values of keys, in their order; keys that are asked for at
 * the same moment are loaded together. Call `hold` before a change, and the function that it returns after it. Then nobody gets a value from
 * before the change once the change can be seen, because meanwhile each value is loaded after it was asked for. `load` of the cache always does
 * that.
 */
export function createMomentaryCache<Value extends object>(load: (keys: string[]) => Promise<Value[]>) {
  /** A load writes to the map that was current when it began. If the cache was emptied since, that map is not used any more. */
  let kept = new Map<string, Value>()
  let keptSince = performance.now()
  let holders = 0
  const read = createBatcher(readNow, {
    concurrent: MAX_READING,
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    busyCode: 'reads.busy',
  })

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

  const hold = () => {
    holders += 1
    return () => {
      holders -= 1
      forget()
    }
  }

  return { get, load: (key: string): Promise<Value> => read(key), hold }
}
