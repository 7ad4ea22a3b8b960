import { AppError } from '@coursewire/service-kit'
import { expect, it } from 'vitest'
import { createPageCache } from './page-cache.ts'

/** A cache before a page that a test can change, whose loads a test can hold up, with a clock that only the test moves. */
function startCache({ maxBytes = 1_000_000, maxMinorBytes = 100_000 } = {}) {
  const page = { text: 'old', isMinor: false, isDown: false, isSilent: false }
  let time = 1_000_000
  let loads = 0
  let held: Promise<void> = Promise.resolve()
  const cache = createPageCache<{ text: string }>({ now: () => time, sizeOf: () => 1_000, maxBytes, maxMinorBytes })
  async function load(key: string, known: string | null) {
    loads += 1
    const { text, isMinor, isDown, isSilent } = page
    await held
    if (isDown) throw new Error('down')
    if (isSilent) throw new AppError('unavailable', 'service.silent', 'silent')
    if (known === text) return 'unchanged' as const
    return { page: { text }, tags: [`id:${key}`, 'list'], etag: text, isMinor }
  }
  cache.hear(Infinity)
  cache.trustRelay(Infinity)
  return {
    cache,
    page,
    loads: () => loads,
    pass: (ms: number) => {
      time += ms
    },
    read: async (key = 'a') => (await cache.get(key, (known) => load(key, known))).text,
    /** Loads have read the page, and do not answer until the returned function is called. */
    hold: () => {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return () => {
        held = Promise.resolve()
        release()
      }
    },
  }
}

it('a page is kept until one of its tags is forgotten', async () => {
  const { cache, page, read, loads, pass } = startCache()
  expect([await read(), await read()]).toEqual(['old', 'old'])
  expect(loads()).toBe(1)

  page.text = 'new'
  pass(9_000)
  expect(await read()).toBe('old')
  cache.forget('list')
  expect(await read()).toBe('new')
})

it('a cache is in use until no page was asked for in ten seconds, when each has to be checked anyway', async () => {
  const { cache, read, loads, pass } = startCache()
  expect(cache.isInUse()).toBe(false)
  await read()

  pass(9_999)
  expect(cache.isInUse()).toBe(true)
  pass(1)
  expect(cache.isInUse()).toBe(false)
  await read()
  expect(loads()).toBe(2)
})

it('forgetting a tag drops only what has it', async () => {
  const { cache, page, read } = startCache()
  await Promise.all([read('a'), read('b')])
  page.text = 'new'

  cache.forget('id:a')

  expect([await read('a'), await read('b')]).toEqual(['new', 'old'])
})

it('callers who ask at the same moment share one load', async () => {
  const { read, loads } = startCache()

  await Promise.all(Array.from({ length: 50 }, () => read()))

  expect(loads()).toBe(1)
})

it('a page that is forgotten while it is being loaded is not kept', async () => {
  const { cache, page, read, hold } = startCache()
  const release = hold()
  const first = read()
  page.text = 'new'
  cache.forget('id:a')
  release()

  expect(await first).toBe('old')
  expect(cache.measure().pages).toBe(0)
  expect(await read()).toBe('new')
})

it('a page that changed while it was being loaded for long is loaded again before anybody gets it', async () => {
  const { cache, page, read, hold, pass } = startCache()
  const release = hold()
  const first = read()
  page.text = 'new'
  cache.forget('id:a')
  pass(900)
  release()

  expect(await first).toBe('new')
})

it('an event that overtakes the data is asked about until the data has settled', async () => {
  const { cache, page, read, pass, loads } = startCache()
  cache.forget('id:a')
  pass(1)
  expect(await read()).toBe('old')
  page.text = 'new'
  pass(1)
  expect(await read()).toBe('new')

  pass(1_600)
  await read()
  const before = loads()
  pass(1_600)
  await read()
  expect(loads()).toBe(before)
})

it('without events a page is asked about before a second has passed', async () => {
  const { cache, page, read, pass } = startCache()
  cache.hear(-Infinity)
  await read()
  page.text = 'new'

  pass(799)
  expect(await read()).toBe('old')
  pass(1)
  expect(await read()).toBe('new')
})

it('a page from a time without events is asked about once when they arrive again', async () => {
  const { cache, page, read, pass, loads } = startCache()
  await read()
  cache.hear(-Infinity)
  page.text = 'new'
  pass(100)
  cache.hear(Infinity)

  expect(await read()).toBe('new')
  const before = loads()
  expect(await read()).toBe('new')
  expect(loads()).toBe(before)
})

it.each(['hear', 'trustRelay'] as const)('what %s says is forgotten when its time is over', async (say) => {
  const { cache, page, read, pass } = startCache()
  cache[say](1_000_100)
  await read()
  pass(99)
  page.text = 'new'
  expect(await read()).toBe('old')

  pass(701)
  expect(await read()).toBe('new')
})

it('while events may wait for Kafka, a page is asked about before a second has passed', async () => {
  const { cache, page, read, pass } = startCache()
  cache.trustRelay(-Infinity)
  await read()
  page.text = 'new'

  pass(799)
  expect(await read()).toBe('old')
  pass(1)
  expect(await read()).toBe('new')
})

it('a page is asked about once when events have waited, because the one about it may still be on its way', async () => {
  const { cache, page, read, pass, loads } = startCache()
  await read()
  cache.trustRelay(-Infinity)
  page.text = 'new'
  pass(100)
  cache.trustRelay(Infinity)

  expect(await read()).toBe('new')
  const before = loads()
  expect(await read()).toBe('new')
  expect(loads()).toBe(before)
})

it('while events may wait for Kafka, nobody joins a load that began long ago', async () => {
  const { cache, page, read, hold, pass } = startCache()
  cache.trustRelay(-Infinity)
  const release = hold()
  const first = read()
  page.text = 'new'
  pass(799)
  const joined = read()
  pass(1)
  const late = read()
  release()

  expect(await Promise.all([first, joined, late])).toEqual(['old', 'old', 'new'])
})

it('an event that was lost costs ten seconds', async () => {
  const { page, read, pass } = startCache()
  await read()
  page.text = 'new'

  pass(9_999)
  expect(await read()).toBe('old')
  pass(1)
  expect(await read()).toBe('new')
})

it('when events may have been missed, every page is loaded again, also those that are being loaded', async () => {
  const { cache, page, read, hold } = startCache()
  await read('a')
  const release = hold()
  const first = read('b')
  page.text = 'new'
  cache.forgetAll()
  release()
  await first

  expect([await read('a'), await read('b')]).toEqual(['new', 'new'])
})

it('while the catalogue is away, a page that no event is about is shown for ten minutes', async () => {
  const { page, read, pass, loads } = startCache()
  await read()
  page.isDown = true

  pass(10_000)
  expect([await read(), await read()]).toEqual(['old', 'old'])
  expect(loads()).toBe(2)
  pass(589_999)
  expect(await read()).toBe('old')
  pass(1)
  await expect(read()).rejects.toThrow('down')
})

it.each([
  ['was forgotten', ({ cache }: ReturnType<typeof startCache>) => cache.forget('id:a')],
  ['may have been missed by an event', ({ cache }: ReturnType<typeof startCache>) => cache.forgetAll()],
  ['nobody hears events about', ({ cache }: ReturnType<typeof startCache>) => cache.hear(-Infinity)],
])('while the catalogue is away, a page that %s is not shown', async (_name, change) => {
  const world = startCache()
  await world.read()
  world.page.isDown = true

  change(world)
  world.pass(10_000)

  await expect(world.read()).rejects.toThrow('down')
})

it('while the catalogue refuses, a page is shown although nobody knows what waits for Kafka', async () => {
  const { cache, page, read, pass, loads } = startCache()
  await read()
  page.isDown = true
  cache.trustRelay(-Infinity)
  pass(800)

  expect([await read(), await read()]).toEqual(['old', 'old'])
  expect(loads()).toBe(2)
})

it('while the catalogue is silent, no page is shown that it was asked about', async () => {
  const { cache, page, read, pass } = startCache()
  await read()
  page.isSilent = true
  cache.trustRelay(-Infinity)
  pass(800)

  await expect(read()).rejects.toMatchObject({ code: 'service.silent' })
})

it('while the catalogue is away, a page that was loaded just after an event is not shown', async () => {
  const { cache, page, read, pass } = startCache()
  cache.forget('id:a')
  pass(1)
  await read()
  page.isDown = true
  pass(10)

  await expect(read()).rejects.toThrow('down')
})

it('the oldest of many forgotten tags still counts while a page is being loaded', async () => {
  const { cache, page, read, hold, pass } = startCache()
  const release = hold()
  const first = read()
  page.text = 'new'
  cache.forget('id:a')
  for (let n = 0; n < 10_000; n += 1) cache.forget(`other:${n}`)
  release()
  await first
  pass(2_000)

  expect(await read()).toBe('new')
})

it('100,000 addresses that anybody can make up displace no page and take no memory', async () => {
  const { cache, page, read, loads } = startCache()
  await read('good')
  page.isMinor = true

  for (let n = 0; n < 100_000; n += 1) await read(`slug ${n}`)

  const { pages, bytes, tags } = cache.measure()
  expect(pages).toBeLessThan(100)
  expect(bytes).toBeLessThan(110_000)
  expect(tags).toBeLessThanOrEqual(pages + 1)
  const before = loads()
  await read('good')
  expect(loads()).toBe(before)
})

it('100,000 pages take no more memory than allowed', async () => {
  const { cache, read } = startCache()

  for (let n = 0; n < 100_000; n += 1) await read(`page ${n}`)

  const { pages, bytes, tags } = cache.measure()
  expect(bytes).toBeLessThanOrEqual(1_000_000)
  expect(tags).toBe(pages + 1)
})

it('more pages than can be loaded at a time are refused', async () => {
  const { read, hold } = startCache()
  const release = hold()
  const waiting = Array.from({ length: 1_000 }, (_, n) => read(`page ${n}`))

  await expect(read('one more')).rejects.toMatchObject({ code: 'pages.busy' })

  release()
  await Promise.all(waiting)
})
