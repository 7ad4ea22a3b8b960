/** A command that runs for minutes gets this from its process. */
export interface LongRun {
  /** Prints a line with the seconds since the start. */
  log: (line: string) => void
  /** Aborted when the command is told to end. */
  signal: AbortSignal
  /** Registers a clean-up that runs before the process ends, however that happens; the last one runs first. */
  onEnd: (clean: () => Promise<void> | void) => void
}

/**
 * Runs `work` and exits: with 0 if it resolves to true, with 130 if the process was told to end, otherwise with 1. What has a result for
 * programs prints its lines with `console.error`.
 */
export async function runForLong(work: (run: LongRun) => Promise<boolean>, print = console.log): Promise<void> {
  const startedAt = performance.now()
  const stopping = new AbortController()
  const cleaners: (() => Promise<void> | void)[] = []

  async function end(code: number): Promise<void> {
    // A terminal and the program that started this one may both say so.
    if (stopping.signal.aborted) return
    stopping.abort()
    // Work that the clean-up cuts off fails, which must not end the clean-up.
    process.on('uncaughtException', () => undefined)
    for (const clean of cleaners.splice(0).toReversed()) {
      try {
        await clean()
      } catch (error) {
        console.error(error)
      }
    }
    process.exit(code)
  }

  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, () => void end(130))
  try {
    const isGood = await work({
      log: (line) => print(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(6)} s  ${line}`),
      signal: stopping.signal,
      onEnd: (clean) => cleaners.push(clean),
    })
    await end(isGood ? 0 : 1)
  } catch (error) {
    if (!stopping.signal.aborted) console.error(error)
    await end(1)
  }
}
