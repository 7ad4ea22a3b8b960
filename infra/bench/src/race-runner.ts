import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Program } from './race-contestants.ts'

const STOP_MS = 10_000

export interface Runner {
  pid: number
  /** In milliseconds since 1970, to the microsecond. */
  startedAt: number
  /** Announces committed events. Only our relay listens. */
  wake(): void
  /** Waits for `work`. Rejects if the program ends meanwhile. */
  during<Result>(work: Promise<Result>): Promise<Result>
  stop(): Promise<void>
  kill(): Promise<void>
}

/** Starts a contestant's program. It ends with this process at the latest, because then its standard input ends. */
export function run({ command, args, cwd }: Program, environment: NodeJS.ProcessEnv): Runner {
  const startedAt = performance.timeOrigin + performance.now()
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2_000)
  })
  // The program may have ended.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'exit')
  const endedEarly = ended.then(() => Promise.reject(new Error(`${command} ended by itself and said: ${said}`)))
  endedEarly.catch(() => undefined)

  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }

  return {
    pid: child.pid ?? 0,
    startedAt,
    wake: () => void child.stdin.write('\n'),
    during: (work) => Promise.race([work, endedEarly]),
    async stop() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(timer)
    },
    kill,
  }
}
