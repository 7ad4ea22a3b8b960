import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export type CommandRunner = {
  readonly wasInterrupted: boolean
  /** Runs a command to its end, its output going where ours goes; true when it succeeded. After an interrupt nothing runs. */
  run: (command: string, args: string[], environment?: NodeJS.ProcessEnv) => Promise<boolean>
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
    async run(command, args, environment = {}) {
      if (wasInterrupted) return false
      // A group of its own, so that an interrupt reaches what it started as well, and reaches it once.
      current = spawn(command, args, {
        cwd: directory,
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'inherit', 'inherit'],
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
