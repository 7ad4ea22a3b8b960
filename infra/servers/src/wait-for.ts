import { setTimeout as sleep } from 'node:timers/promises'

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>

export type WaitOptions = { timeoutMs?: number; intervalMs?: number; message?: string }

/**
 * Calls `look` until it returns a truthy value, and returns that. If `look` throws, that counts as "not yet". When the time is up, throws
 * the last error again, or an error with `message`.
 */
export async function waitFor<T>(look: () => T | Promise<T>, options: WaitOptions = {}): Promise<Truthy<T>> {
  const { timeoutMs = 30_000, intervalMs = 20, message = 'a condition to hold' } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    let failure: unknown
    try {
      const found = await look()
      if (found) return found as Truthy<T>
    } catch (error) {
      failure = error
    }
    if (performance.now() > deadline) {
      throw failure ?? new Error(`Waited ${timeoutMs} ms in vain for ${message}`)
    }
    await sleep(intervalMs)
  }
}
