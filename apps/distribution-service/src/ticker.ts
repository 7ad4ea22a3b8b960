/** Runs `work`, which must not throw, every so often, and never twice at once; `close` waits for what is under way. */
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
