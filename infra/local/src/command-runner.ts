import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

type RunOptions = {
  /** Where it runs, if not in the runner's directory. */
  folder?: string
  environment?: NodeJS.ProcessEnv
  /** Whether it reads what is typed. */
  isInteractive?: boolean
}

export type CommandRunner = {
  readonly wasInterrupted: boolean
  /** Runs a command to its end, its output going where ours goes; true when it succeeded. After an interrupt nothing runs. */
  run: (command: string, args: string[], options?: RunOptions) => Promise<boolean>
  /** Ends what runs now, with all that it started. */
  interrupt: () => void
}

/** Runs one command after the other in `directory`. */
export function createCommandRunner(directory: string): CommandRunner {
  let current: ChildProcess | undefined
  let wasInterrupted = false
  return {
    get wasInterrupted() {
      return wasInterrupted
    },
    async run(command, args, { folder = directory, environment, isInteractive = false } = {}) {
      if (wasInterrupted) return false
      // A group of its own, so that an interrupt reaches what it started as well, and reaches it once.
      current = spawn(command, args, {
        cwd: folder,
        env: { ...process.env, ...environment },
        stdio: [isInteractive ? 'inherit' : 'ignore', 'inherit', 'inherit'],
        detached: true,
      })
      const [code, signal] = (await once(current, 'exit')) as [number | null, string | null]
      current = undefined
      // A command that ends in another way says why itself.
      if (signal && !wasInterrupted) console.error(`${command} was ended by ${signal}`)
      return code === 0
    },
    interrupt() {
      wasInterrupted = true
      if (current?.pid) process.kill(-current.pid, 'SIGINT')
    },
  }
}
