import { explain } from './cli.ts'
import type { Logger } from './logger.ts'

/**
 * Longer than the longest call that a stop waits for, and shorter than the 20 seconds that containers get. A person at a terminal does not
 * wait that long.
 */
const closeTimeoutMs = process.stdout.isTTY ? 4_000 : 15_000
/** For what libraries leave running. kafkajs, for example, keeps asking for a broker that is down even after a disconnect. */
const leftoverTimeoutMs = 300

/** Makes the process close and fail, even if it is called where an exception would be swallowed. */
export function endProcess(cause: Error): void {
  setImmediate(() => {
    throw new Error('The process cannot go on', { cause })
  })
}

/**
 * Runs a service: starts it, closes it once on SIGTERM or SIGINT (the signal given to `start` reports that during the start), and lets the
 * process end by itself, or ends it if something is left running. A failed start or an unhandled error also closes it, with exit code 1.
 */
export function runProcess(options: {
  logger: Logger
  start: (stopping: AbortSignal) => Promise<{ close(): Promise<void> }>
}): void {
  const { logger, start } = options
  const stopping = new AbortController()

  function stop(): void {
    if (stopping.signal.aborted) return
    stopping.abort()
    setTimeout(() => {
      logger.error('Close took too long')
      process.exit(1)
    }, closeTimeoutMs).unref()
    started
      .then(
        (service) => service.close(),
        () => undefined,
      )
      .then(() => {
        logger.info('Stopped')
        setTimeout(() => process.exit(), leftoverTimeoutMs).unref()
      })
      .catch((error) => fail(error, 'Close failed'))
  }

  function fail(err: unknown, message: string): void {
    // A start that gives up because it was told to stop has not failed.
    if (stopping.signal.aborted && err === stopping.signal.reason) return
    process.exitCode = 1
    logger.fatal({ err }, message)
    stop()
  }

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('uncaughtException', (error) => fail(error, 'Uncaught exception'))
  process.on('unhandledRejection', (reason) => fail(reason, 'Unhandled rejection'))

  const started = (async () => start(stopping.signal))()
  started.catch((error) => fail(error, 'Start failed'))
}

/** Runs a one-shot program. If it fails, prints one line on standard error and exits with 1. */
export async function runTask(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exitCode = 1
  }
}
