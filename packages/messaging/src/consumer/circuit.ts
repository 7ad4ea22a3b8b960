import { createWaiter, type Logger } from '@coursewire/service-kit'
import { backoffMs } from '../backoff.ts'
import * as metrics from '../metrics.ts'

export type Circuit = ReturnType<typeof createCircuit>

/** Creates the circuit of a consumer. While a shared dependency is down, all lanes wait and one probe asks every 100 ms to 30 s. */
export function createCircuit(options: { probe: () => Promise<unknown>; onChange: () => void; logger: Logger }) {
  const waiter = createWaiter()
  let probing: Promise<void> | null = null
  let failures = 0
  let successes = 0
  let isShutDown = false

  async function probeUntilItAnswers(): Promise<void> {
    for (;;) {
      await waiter.wait(backoffMs(failures++, 100, 30_000))
      if (isShutDown) return
      try {
        await options.probe()
        return
      } catch (error) {
        options.logger.debug({ err: error }, 'Dependency still down')
      }
    }
  }

  return {
    get isOpen(): boolean {
      return probing !== null
    },
    /** How many batches have succeeded. This tells a faulty record from a general failure. */
    get successes(): number {
      return successes
    },
    /** Resolves when the circuit is closed; at once if it already is. */
    whenClosed: (): Promise<void> => probing ?? Promise.resolve(),
    /** Opens the circuit and resolves when the probe has succeeded. */
    trip(error: unknown): Promise<void> {
      if (isShutDown) return Promise.resolve()
      if (!probing) {
        options.logger.warn({ err: error }, 'Consuming paused, a dependency is down')
        metrics.circuitState.record(1)
        probing = probeUntilItAnswers().finally(() => {
          probing = null
          metrics.circuitState.record(0)
          options.logger.info('Consuming resumed')
          options.onChange()
        })
        options.onChange()
      }
      return probing
    },
    recordSuccess(): void {
      successes += 1
      failures = 0
    },
    /** Releases everybody who waits, so that they notice the end. */
    shutDown(): void {
      isShutDown = true
      waiter.wake()
    },
  }
}
