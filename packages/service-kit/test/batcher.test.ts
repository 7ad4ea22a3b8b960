import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BatcherOptions, createBatcher } from '../src/batcher.ts'

const enrolments: BatcherOptions = {
  concurrent: 2,
  maxBatch: 200,
  maxWaiting: 2_000,
  maxWaitMs: 2_000,
  busyCode: 'enrollments.busy',
  isRepeatable: true,
}
const stays = () => new PassThrough()
const double = (requests: number[]) => requests.map((request) => request * 2)

/** Creates a write whose calls wait until the test answers them. */
function createSlowWrite() {
  const calls: { requests: number[]; succeed: () => void; fail: (error: Error) => void }[] = []
  const write = (requests: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      calls.push({ requests, succeed: () => resolve(double(requests)), fail: reject })
    })
  const batches = () => calls.map(({ requests }) => requests)
  const call = (index: number) => calls[index] ?? expect.fail(`there was no call ${index}`)
  return { write, batches, call }
}

const flush = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('batches', () => {
  it('start at once for a single request', () => {
    const { write, batches } = createSlowWrite()

    void createBatcher(write, enrolments)(1, stays())

    expect(batches()).toEqual([[1]])
  })

  it('combine, in order, the requests that wait behind two batches in flight', async () => {
    const { write, batches, call } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    const results = [1, 2, 3, 4, 5].map((request) => submit(request, stays()))
    expect(batches()).toEqual([[1], [2]])

    call(1).succeed()
    await results[1]
    await flush()

    expect(batches()).toEqual([[1], [2], [3, 4, 5]])
    call(2).succeed()
    call(0).succeed()
    expect(await Promise.all(results)).toEqual([2, 4, 6, 8, 10])
  })

  it('contain at most 200 requests', async () => {
    const { write, batches, call } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    for (let request = 0; request < 252; request++) void submit(request, stays())

    call(0).succeed()
    call(1).succeed()
    await flush()

    expect(batches().map((batch) => batch.length)).toEqual([1, 1, 200, 50])
  })
})

describe('the queue', () => {
  const busy = { kind: 'unavailable', code: 'enrollments.busy' }

  it('refuses a request if 2,000 already wait', async () => {
    const { write } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    const accepted = Array.from({ length: 2_002 }, (_, request) => submit(request, stays()))
    const settled = vi.fn<() => void>()
    for (const result of accepted) result.then(settled, settled)

    await expect(submit(2_002, stays())).rejects.toMatchObject(busy)

    expect(settled).not.toHaveBeenCalled()
  })

  it('refuses a request that has waited two seconds, and never writes it', async () => {
    const { write, batches, call } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    const [first] = [submit(1, stays()), submit(2, stays())]
    const late = submit(3, stays())

    vi.advanceTimersByTime(2_000)

    await expect(late).rejects.toMatchObject(busy)
    call(0).succeed()
    expect(await first).toBe(2)
    await flush()
    expect(batches()).toEqual([[1], [2]])
  })

  it('gives each request its own two seconds', async () => {
    const { write } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    for (const request of [1, 2]) void submit(request, stays())
    const refused: number[] = []
    const submitAfter = (ms: number, request: number) => {
      vi.advanceTimersByTime(ms)
      submit(request, stays()).catch(() => refused.push(request))
    }
    submitAfter(0, 3)
    submitAfter(1_500, 4)

    vi.advanceTimersByTime(1_999)
    await flush()
    expect(refused).toEqual([3])

    vi.advanceTimersByTime(1)
    await flush()
    expect(refused).toEqual([3, 4])
  })

  it('drops a request whose caller leaves while it waits', async () => {
    const { write, batches, call } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    for (const request of [1, 2]) void submit(request, stays())
    const caller = new PassThrough()
    const left = submit(3, caller)

    caller.destroy()

    await expect(left).rejects.toMatchObject(busy)
    call(0).succeed()
    await flush()
    expect(batches()).toEqual([[1], [2]])
  })

  it('finishes a request that is being written, even if its caller leaves or it takes long', async () => {
    const { write, call } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    const caller = new PassThrough()
    const result = submit(1, caller)

    caller.destroy()
    vi.advanceTimersByTime(60_000)
    call(0).succeed()

    expect(await result).toBe(2)
  })

  it('refuses a request whose caller has already left', async () => {
    const { write, batches } = createSlowWrite()

    await expect(createBatcher(write, enrolments)(1, new PassThrough().destroy())).rejects.toMatchObject(busy)

    expect(batches()).toEqual([])
  })
})

describe('after an error', () => {
  it('the requests of a batch are written one by one, and only the faulty one fails', async () => {
    const fault = new Error('13 is broken')
    const write = async (requests: number[]) => {
      await flush()
      if (requests.includes(13)) throw fault
      return double(requests)
    }
    const submit = createBatcher(write, enrolments)

    const results = await Promise.allSettled([1, 2, 12, 13, 14].map((request) => submit(request, stays())))

    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason))).toEqual([
      2,
      4,
      24,
      fault,
      28,
    ])
  })

  it('a single request is tried once more, because its commit may have succeeded', async () => {
    const { write, batches, call } = createSlowWrite()
    const result = createBatcher(write, enrolments)(7, stays())

    call(0).fail(new Error('connection lost'))
    await flush()
    call(1).succeed()

    expect(await result).toBe(14)
    expect(batches()).toEqual([[7], [7]])
  })

  it('writing one by one ends after two seconds, and the remaining requests are refused as busy', async () => {
    const { write, call } = createSlowWrite()
    const submit = createBatcher(write, enrolments)
    for (const request of [1, 2]) void submit(request, stays())
    const results = Promise.allSettled([3, 4, 5].map((request) => submit(request, stays())))
    call(0).succeed()
    await flush()
    call(2).fail(new Error('connection lost'))
    await flush()

    vi.advanceTimersByTime(2_001)
    call(3).fail(new Error('connection lost again'))

    expect(await results).toMatchObject([
      { reason: { message: 'connection lost again' } },
      { reason: { code: 'enrollments.busy' } },
      { reason: { code: 'enrollments.busy' } },
    ])
  })

  it('a batch that must not be done twice fails as a whole', async () => {
    const { write, batches, call } = createSlowWrite()
    const submit = createBatcher(write, { concurrent: 1, maxBatch: 200, maxWaiting: 200, busyCode: 'clicks.busy' })
    const results = Promise.allSettled([1, 2, 3].map((request) => submit(request)))
    call(0).succeed()
    await flush()
    call(1).fail(new Error('connection lost'))
    await flush()

    expect(await results).toMatchObject([{ value: 2 }, { status: 'rejected' }, { status: 'rejected' }])
    expect(batches()).toEqual([[1], [2, 3]])
  })

  it('a write that returns too few results fails its requests instead of mixing them up', async () => {
    const submit = createBatcher(async () => [], enrolments)

    await expect(submit(1, stays())).rejects.toThrow('0 results for 1 items')
  })
})

it('each request gets its own answer once, and at most two writes run, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.record({ leaves: fc.boolean(), isBroken: fc.boolean() }), { minLength: 1, maxLength: 40 }),
      fc.infiniteStream(fc.nat({ max: 4 })),
      async (scheduler, requests, luck) => {
        let running = 0
        let mostRunning = 0
        const written: number[] = []
        const submit = createBatcher(async (batch: number[]) => {
          running += 1
          mostRunning = Math.max(mostRunning, running)
          try {
            await scheduler.schedule(Promise.resolve(), 'write')
            if (batch.some((request) => requests[request]?.isBroken)) throw new Error('broken')
            written.push(...batch)
            // The write has succeeded, but its answer is lost.
            if (luck.next().value === 0) throw new Error('connection lost')
            return batch
          } finally {
            running -= 1
          }
        }, enrolments)

        const results = requests.map(({ leaves }, request) => {
          const caller = new PassThrough()
          if (leaves) void scheduler.schedule(Promise.resolve(), 'leave').then(() => caller.destroy())
          return submit(request, caller)
        })
        const settled = Promise.allSettled(results)
        await scheduler.waitFor(settled)

        for (const [request, result] of (await settled).entries()) {
          if (result.status === 'fulfilled') expect(result.value).toBe(request)
          if (result.status === 'fulfilled') expect(written).toContain(request)
          if (requests[request]?.isBroken) expect(result.status).toBe('rejected')
          // A request whose caller left before it was sent is never written.
          if (result.status === 'rejected' && String(result.reason).includes('left'))
            expect(written).not.toContain(request)
        }
        expect(mostRunning).toBeLessThanOrEqual(2)
      },
    ),
    { numRuns: 300 },
  )
})
