import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Calls `work` at a fixed rate, whether or not earlier calls have ended. Returns how long each call took, in milliseconds since it was
 * due.
 */
export async function paced(
  perSecond: number,
  seconds: number,
  work: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const startedAt = performance.now()
  const running: Promise<number>[] = []
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const dueAt = startedAt + (index * 1000) / perSecond
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const done = work(index).then(() => performance.now() - dueAt)
    // A failure is reported below.
    done.catch(() => undefined)
    running.push(done)
  }
  return Promise.all(running)
}
