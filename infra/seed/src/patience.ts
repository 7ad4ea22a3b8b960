import { setTimeout as sleep } from 'node:timers/promises'
import { explain } from '@coursewire/service-kit'
import { ApiError } from '@coursewire/setup'

const INTERVAL_MS = 250

/** Repeats the work while a server cannot be reached or asks to try again, as during a restart. Gives up in the end. */
export async function withPatience<Answer>(work: () => Promise<Answer>, patienceMs = 30_000): Promise<Answer> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ApiError && error.status !== 503 && error.status !== 429) throw error
      if (performance.now() > deadline) {
        throw new Error(`Gave up after ${patienceMs / 1_000} s: ${explain(error)}`)
      }
      await sleep(INTERVAL_MS)
    }
  }
}
