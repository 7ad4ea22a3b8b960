import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killStale, killTree, listensOn, sendSignal } from './processes.ts'
import type { Server } from './server.ts'
import { waitFor } from './wait-for.ts'

export type ServerProcessSpec = {
  name: string
  /** Holds data, log and pid file. It must be named in `args`: by that a stale process is known. */
  directory: string
  command: string
  args: string[]
  user?: { uid: number; gid: number } | undefined
  /** Beside our own. */
  environment?: NodeJS.ProcessEnv
  /** Where it listens, on this machine. */
  port: number
  /** Lets it finish its work first. */
  stopSignal: NodeJS.Signals
  /** Whether a server answers at its port as it should. That it is this one is checked as well. */
  isReady: () => Promise<boolean>
  log: (line: string) => void
}

export type ServerProcess = Pick<Server, 'stop' | 'kill' | 'restart'> & { readonly pid: number | undefined }

/**
 * Starts a server as a child process, and logs it when the server later ends by itself. That it ends with this process is the work
 * of the guard of its directory.
 */
export async function startServerProcess(spec: ServerProcessSpec): Promise<ServerProcess> {
  const pidFile = join(spec.directory, 'pid')
  const logFile = join(spec.directory, 'server.log')
  let child: ChildProcess | undefined
  /** Whether it is to run: nobody has asked for its end. */
  let isWanted = false

  async function launch(): Promise<ChildProcess> {
    // Appended: what a killed server said last is what one wants to read.
    const output = openSync(logFile, 'a')
    // Detached: Ctrl-C in the terminal goes to every process in the foreground, but the order of the stop is the owner's.
    const launched = spawn(spec.command, spec.args, {
      ...spec.user,
      cwd: spec.directory,
      env: { ...process.env, ...spec.environment },
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    await once(launched, 'spawn')
    launched.unref()
    writeFileSync(pidFile, String(launched.pid))
    launched.once('exit', (code, signal) => {
      rmSync(pidFile, { force: true })
      child = undefined
      if (isWanted) spec.log(`${spec.name} has ended by itself (${signal ?? `code ${code}`}): see ${logFile}`)
    })
    return launched
  }

  async function end(how: (running: number) => unknown): Promise<void> {
    isWanted = false
    if (!child?.pid) return
    await how(child.pid)
    await waitFor(() => !child, { message: `${spec.name} to end` })
  }

  const kill = () => end(killTree)

  async function start(): Promise<void> {
    if (existsSync(pidFile) && (await killStale(Number(readFileSync(pidFile, 'utf8')), spec.directory))) {
      spec.log(`Ended a ${spec.name} that an earlier run left behind`)
    }
    spec.log(`Starting ${spec.name}`)
    const logged = existsSync(logFile) ? statSync(logFile).size : 0
    child = await launch()
    const answers = async () => !child?.pid || ((await spec.isReady()) && listensOn(child.pid, spec.port))
    try {
      await waitFor(answers, { timeoutMs: 120_000, message: `${spec.name} to answer` })
    } catch (error) {
      await kill()
      throw error
    }
    if (!child) {
      const said = readFileSync(logFile).subarray(logged).toString()
      throw new Error(`${spec.name} ended at its start, see ${logFile}: ${leaveOutStacks(said).slice(-1_500)}`)
    }
    isWanted = true
  }

  const stop = () =>
    end(async (running) => {
      sendSignal(running, spec.stopSignal)
      // As long as a person waits at a terminal.
      await waitFor(() => !child, { timeoutMs: 4_000 }).catch(() => killTree(running))
    })

  await start()
  return {
    get pid() {
      return child?.pid
    },
    stop,
    kill,
    async restart() {
      await stop()
      await start()
    },
  }
}

/** Leaves the lines that a person reads. */
function leaveOutStacks(log: string): string {
  const lines = log.split('\n').filter((line) => !/^\s+(at |\.{3} \d+ more)/.test(line))
  return lines.join('\n').trim()
}
