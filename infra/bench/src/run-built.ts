import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const quiet = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning']

/**
 * Builds the product, runs a built script of this package with our arguments, and exits with its code. What measures is built too, because
 * it does part of our work.
 */
export async function runBuilt(script: string): Promise<never> {
  const file = fileURLToPath(new URL(`../dist/${script}`, import.meta.url))
  const commands = [
    ['pnpm', 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'],
    [process.execPath, '--expose-gc', ...quiet, file, ...process.argv.slice(2)],
  ]
  let current: ReturnType<typeof spawn> | undefined
  let wasInterrupted = false
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) {
    process.on(event, () => {
      wasInterrupted = true
      current?.kill('SIGTERM')
    })
  }
  for (const [command = '', ...args] of commands) {
    // Only what the script prints is a result.
    current = spawn(command, args, { cwd: root, stdio: ['ignore', command === 'pnpm' ? 2 : 1, 2] })
    const [code] = (await once(current, 'exit')) as [number | null]
    if (wasInterrupted) process.exit(130)
    if (code !== 0) process.exit(code ?? 1)
  }
  process.exit(0)
}
