/** What other instances have changed is seen in less than a second, the time to answer included. */
const LIFE_MS = 900
const MAX_KEPT = 10_000
const MAX_BATCH = 200
const MAX_READING = 2

type Asked<Value> = { promise: Promise<Value>; resolve: (value: Value) => void; reject: (error: unknown) => void }

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
  const asked = new Map<string, Asked<Value>>()
  let reading = 0

  function forget(): void {
    kept = new Map()
    keptSince = performance.now()
  }

  function get(key: string): Value | Promise<Value> {
    if (performance.now() - keptSince >= LIFE_MS || kept.size >= MAX_KEPT) forget()
    const found = holders === 0 ? kept.get(key) : undefined
    return found ?? ask(key)
  }

  function ask(key: string): Promise<Value> {
    let waiting = asked.get(key)
    if (!waiting) {
      waiting = defer()
      asked.set(key, waiting)
      readAsked()
    }
    return waiting.promise
  }

  function readAsked(): void {
    while (reading < MAX_READING && asked.size > 0) {
      const batch = [...asked].slice(0, MAX_BATCH)
      for (const [key] of batch) asked.delete(key)
      reading += 1
      void read(batch).finally(() => {
        reading -= 1
        readAsked()
      })
    }
  }

  async function read(batch: [string, Asked<Value>][]): Promise<void> {
    const into = kept
    try {
      const values = await load(batch.map(([key]) => key))
      for (const [index, [key, { resolve }]] of batch.entries()) {
        const value = values[index] as Value
        into.set(key, value)
        resolve(value)
      }
    } catch (error) {
      for (const [, { reject }] of batch) reject(error)
    }
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

function defer<Value>(): Asked<Value> {
  const deferred = {} as Asked<Value>
  deferred.promise = new Promise<Value>((resolve, reject) => Object.assign(deferred, { resolve, reject }))
  return deferred
}
