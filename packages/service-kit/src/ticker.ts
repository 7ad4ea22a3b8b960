/** Runs `work`, which must not throw, at this interval, but never twice at once. `close` waits for a run in progress. */
export function startTicking(everyMs: number, work: () => Promise<void>): { close(): Promise<void> } {
  let working: Promise<void> | null = null
  const timer = setInterval(() => {
    working ??= work().finally(() => {
      working = null
    })
  }, everyMs)
  return {
    async close() {
      clearInterval(timer)
      await working
    },
  }
}
