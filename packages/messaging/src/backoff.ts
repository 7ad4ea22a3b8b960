/** Returns the wait before the n-th attempt (from 0) in milliseconds. It doubles up to `maxMs`, with a jitter of a quarter. */
export function backoffMs(attempt: number, minMs: number, maxMs: number): number {
  const full = Math.min(minMs * 2 ** Math.min(attempt, 30), maxMs)
  return full * (0.75 + Math.random() * 0.25)
}

/** Creates a pause that `wake` ends. A `wake` while nobody waits ends the next wait at once. */
export function createWaiter() {
  let woken = false
  let end: (() => void) | null = null
  return {
    wake(): void {
      woken = true
      end?.()
    },
    async wait(ms: number): Promise<void> {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        end = null
      }
      woken = false
    },
  }
}
