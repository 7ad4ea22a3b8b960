/** What a command that runs for minutes has of its process. */
export interface LongRun {
  /** Says a line, with the seconds that have passed. */
  log: (line: string) => void
  /** Aborted when somebody wants it to end. */
  signal: AbortSignal
  /** Is called before the process ends, however it does; the last one first. */
  onEnd: (clean: () => Promise<void> | void) => void
}

/** Runs `work` and ends the process: with 0 if it resolves to true, with 130 if it was told to end, with 1 otherwise. */
export async function runForLong(work: (run: LongRun) => Promise<boolean>): Promise<void> {
  const startedAt = performance.now()
  const stopping = new AbortController()
  const cleaners: (() => Promise<void> | void)[] = []

  async function end(code: number): Promise<void> {
    stopping.abort()
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
      log: (line) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(6)} s  ${line}`),
      signal: stopping.signal,
      onEnd: (clean) => cleaners.push(clean),
    })
    await end(isGood ? 0 : 1)
  } catch (error) {
    if (!stopping.signal.aborted) console.error(error)
    await end(1)
  }
}

/** What `read` makes of the arguments; where it throws, the process ends with 2 and says why and how. */
export function readOptions<Options>(usage: string, read: () => Options): Options {
  if (process.argv.includes('--help')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return read()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    process.exit(2)
  }
}

/** A number of the command line, from `least`. */
export function readNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < least) throw new Error(`--${name} takes a number from ${least}`)
  return value
}
