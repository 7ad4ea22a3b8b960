import { AppError } from '@coursewire/service-kit'

const MAX_IN_FLIGHT = 2
const MAX_BATCH = 200
const MAX_WAITING = 2_000
const MAX_WAIT_MS = 2_000

interface Entry<Request, Result> {
  request: Request
  resolve: (result: Result) => void
  reject: (error: unknown) => void
  stopWaiting: () => void
}

/**
 * Combines requests that wait at the same moment into one write, and answers each after its write has committed. There is no timer: a
 * single request is written at once, and the more requests come, the more share a commit. `write` resolves to one result per request, in
 * their order. It may be called again for the same request, even if the first call succeeded but its answer was lost. The queue is
 * bounded in length and time. `signal` removes a request from it, unless that is already being written.
 */
export function createCoalescer<Request, Result>(write: (requests: Request[]) => Promise<Result[]>) {
  const waiting = new Set<Entry<Request, Result>>()
  let inFlight = 0

  function submit(request: Request, signal: AbortSignal): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (signal.aborted) return reject(refuse('The caller has left'))
      if (waiting.size >= MAX_WAITING) return reject(refuse('The queue is full'))

      const giveUp = (reason: string) => {
        entry.stopWaiting()
        reject(refuse(reason))
      }
      const leave = () => giveUp('The caller has left')
      const timer = setTimeout(giveUp, MAX_WAIT_MS, 'Waited too long')
      signal.addEventListener('abort', leave)
      const entry: Entry<Request, Result> = {
        request,
        resolve,
        reject,
        stopWaiting() {
          waiting.delete(entry)
          clearTimeout(timer)
          signal.removeEventListener('abort', leave)
        },
      }
      waiting.add(entry)
      sendWaiting()
    })
  }

  function sendWaiting(): void {
    while (inFlight < MAX_IN_FLIGHT && waiting.size > 0) {
      const batch: Entry<Request, Result>[] = []
      for (const entry of waiting) {
        if (batch.push(entry) === MAX_BATCH) break
      }
      for (const entry of batch) entry.stopWaiting()
      inFlight += 1
      void send(batch).finally(() => {
        inFlight -= 1
        sendWaiting()
      })
    }
  }

  async function send(batch: Entry<Request, Result>[]): Promise<void> {
    try {
      await writeTogether(batch)
    } catch (error) {
      await writeOneByOne(batch, error)
    }
  }

  async function writeTogether(batch: Entry<Request, Result>[]): Promise<void> {
    const results = await write(batch.map(({ request }) => request))
    if (results.length !== batch.length) throw new Error(`${results.length} results for ${batch.length} requests`)
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
  }

  /** Isolates the request that fails, and finds out the result of a commit whose answer was lost. */
  async function writeOneByOne(batch: Entry<Request, Result>[], cause: unknown): Promise<void> {
    const deadline = performance.now() + MAX_WAIT_MS
    for (const entry of batch) {
      if (performance.now() > deadline) entry.reject(refuse('The database is too slow', cause))
      else await writeTogether([entry]).catch(entry.reject)
    }
  }

  return { submit }
}

function refuse(reason: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'enrollments.busy', reason, {}, { cause })
}
