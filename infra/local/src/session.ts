import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { claimDirectory, findOwner, withdrawStack } from '@coursewire/operations'
import { mapApps, serverPorts } from '@coursewire/product'
import { findFreePort } from '@coursewire/servers'
import { explain } from '@coursewire/service-kit'
import { startTraceServer } from '@coursewire/traces'
import { createCommandRunner } from './command-runner.ts'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
/** The directory with the whole state of a checkout. */
export const directory = join(root, '.coursewire')
export const ports = { ...mapApps((_, { port }) => port), ...serverPorts }
const startedAt = performance.now()

export function log(line: string): void {
  console.log(`${styleText('dim', `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`)}  ${line}`)
}

interface Session {
  /** Builds what has changed. Returns false if that failed, and never returns if the session ends meanwhile. */
  build: () => Promise<boolean>
  /** Takes charge of something that was started. At the end everything is stopped in reverse order. */
  adopt: (started: { stop(): Promise<unknown> }) => void
}

/** Starts the place for the spans of the apps, where `npm run trace` finds them, unless the shell names another. */
export async function startTraces(adopt: Session['adopt']): Promise<{ endpoint: string; kept: string | undefined }> {
  const elsewhere = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (elsewhere) return { endpoint: elsewhere, kept: undefined }
  const traces = await startTraceServer({ port: await findFreePort(ports.traces, log) })
  adopt({ stop: () => traces.close() })
  return { endpoint: traces.url, kept: traces.url }
}

/** Runs `start` in the only process of this checkout that may start the product, until Ctrl-C or a failure. */
export async function runSession(start: (session: Session) => Promise<void>): Promise<void> {
  const commands = createCommandRunner(root)
  const started: { stop(): Promise<unknown> }[] = []
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => void stop(0))

  const release = claimDirectory(directory)
  if (!release) {
    const running = `Coursewire is running already (process ${findOwner(directory)?.pid})`
    console.error(`${running}: see .coursewire/stack.json, or stop it with Ctrl-C there`)
    process.exit(1)
  }
  try {
    withdrawStack()
    await start({ build, adopt: (one) => started.unshift(one) })
  } catch (error) {
    if (!isStopping) {
      // A connection that is refused has no message of its own, only those of its attempts.
      console.error(error instanceof Error && error.message ? error.message : explain(error))
      await stop(1)
    }
  }

  async function build(): Promise<boolean> {
    log('Building')
    const isBuilt = await commands.run('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
    return isStopping ? new Promise(() => undefined) : isBuilt
  }

  async function stop(code: number): Promise<void> {
    if (isStopping) return
    isStopping = true
    commands.interrupt()
    withdrawStack()
    if (started.length > 0) log('Stopping')
    for (const one of started) await one.stop().catch((error: unknown) => console.error(error))
    release?.()
    process.exit(code)
  }
}
