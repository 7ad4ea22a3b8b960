import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMomentaryCache } from './momentary-cache.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** A cache before a row that a test can change, whose loads a test can halt on their way back. */
function startCache() {
  const row = { text: 'old' }
  const loads: string[][] = []
  let halted: Promise<void> = Promise.resolve()
  const cache = createMomentaryCache(async (keys: string[]) => {
    loads.push(keys)
    const read = keys.map((key) => ({ key, text: row.text }))
    await halted
    return read
  })
  return {
    loads,
    row,
    hold: cache.hold,
    read: async (key = 'a') => (await cache.get(key)).text,
    /** Loads have read, and do not answer until the returned is called. */
    halt: () => {
      let release = () => {}
      halted = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
  }
}

it('a value is not read again for less than a second', async () => {
  const { read, row, loads } = startCache()

  expect(await read()).toBe('old')
  row.text = 'new'
  vi.advanceTimersByTime(899)
  expect(await read()).toBe('old')
  vi.advanceTimersByTime(100)
  expect(await read()).toBe('new')
  expect(loads).toEqual([['a'], ['a']])
})

it('the second counts from before the read', async () => {
  const { read, row, halt } = startCache()
  const release = halt()
  const first = read()
  row.text = 'new'
  vi.advanceTimersByTime(999)
  release()

  expect(await first).toBe('old')
  expect(await read()).toBe('new')
})

it('keys that are asked for during a read are read together, each once', async () => {
  const { read, loads, halt } = startCache()
  const release = halt()
  const all = Promise.all(['a', 'b', 'c', 'd', 'c', 'd'].map(read))
  release()
  await all

  expect(loads).toEqual([['a'], ['b'], ['c', 'd']])
})

it('during and after a change, nobody gets a value that was read before it', async () => {
  const { read, row, hold } = startCache()
  expect(await read()).toBe('old')

  const release = hold()
  row.text = 'new'
  expect(await read()).toBe('new')
  release()
  expect(await read()).toBe('new')
})

it.each(['before', 'during'])('a value that was being read %s a change is not kept after it', async (when) => {
  const { read, row, hold, halt } = startCache()
  const answer = halt()
  let release = when === 'during' ? hold() : () => {}
  const first = read()
  if (when === 'before') release = hold()
  row.text = 'new'
  release()
  answer()

  expect(await first).toBe('old')
  expect(await read()).toBe('new')
})

it('a change that ends does not end another one', async () => {
  const { read, row, hold } = startCache()
  const [first, second] = [hold(), hold()]
  first()
  expect(await read()).toBe('old')
  row.text = 'new'
  expect(await read()).toBe('new')
  second()
  expect(await read()).toBe('new')
})

it('a request during a change does not share a read from before it', async () => {
  const { read, row, hold, halt } = startCache()
  const answer = halt()
  const before = read()
  const release = hold()
  row.text = 'new'
  const during = read()
  answer()
  release()

  expect([await before, await during]).toEqual(['old', 'new'])
})

it('a failed read is not kept', async () => {
  let isDown = true
  const cache = createMomentaryCache(async (keys: string[]) => {
    if (isDown) throw new Error('down')
    return keys.map(() => ({}))
  })

  await expect(cache.get('a')).rejects.toThrow('down')
  isDown = false
  await expect(cache.get('a')).resolves.toEqual({})
})

it('a reader is refused when too many wait already', async () => {
  const { read, halt, loads } = startCache()
  const release = halt()
  // The first two are being loaded.
  const waiting = Array.from({ length: 2 + 5_000 }, (_, index) => read(`key-${index}`))

  await expect(read('one more')).rejects.toMatchObject({ code: 'reads.busy' })

  release()
  await Promise.all(waiting)
  expect(loads.flat()).toHaveLength(2 + 5_000)
})
