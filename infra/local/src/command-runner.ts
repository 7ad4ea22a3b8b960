import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

type RunOptions = {
  /** The working directory, if not the runner's. */
  folder?: string
  environment?: NodeJS.ProcessEnv
  /** Whether it reads the terminal. */
  isInteractive?: boolean
}

export type CommandRunner = {
  readonly wasInterrupted: boolean
  /** Runs a command with our output. Returns whether it succeeded. After an interrupt no command runs. */
  run: (command: string, args: string[], options?: RunOptions) => Promise<boolean>
  /** Ends the running command and everything that it started. */
  interrupt: () => void
}

/** Runs commands one after the other in `directory`. */
export function createCommandRunner(directory: string): CommandRunner {
  let current: ChildProcess | undefined
  let wasInterrupted = false
  return {
    get wasInterrupted() {
      return wasInterrupted
    },
    async run(command, args, { folder = directory, environment, isInteractive = false } = {}) {
      if (wasInterrupted) return false
      // Its own process group, so that an interrupt also reaches everything that it started, once.
      current = spawn(command, args, {
        cwd: folder,
        env: { ...process.env, ...environment },
        stdio: [isInteractive ? 'inherit' : 'ignore', 'inherit', 'inherit'],
        detached: true,
      })
      const [code, signal] = (await once(current, 'exit')) as [number | null, string | null]
      current = undefined
      // A command that ends in any other way reports the reason itself.
      if (signal && !wasInterrupted) console.error(`${command} was ended by ${signal}`)
      return code === 0
    },
    interrupt() {
      wasInterrupted = true
      if (current?.pid) process.kill(-current.pid, 'SIGINT')
    },
  }
}
