import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Does `work` so many times a second, whether or not earlier ones have ended, and returns how long each took in
 * milliseconds from the moment at which it was due.
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
    // Heard of below.
    done.catch(() => undefined)
    running.push(done)
  }
  return Promise.all(running)
}
