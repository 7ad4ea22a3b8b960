import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killStale, killTree, listensOn, sendSignal } from './processes.ts'
import type { Server } from './server.ts'
import { waitFor } from './wait-for.ts'

export type ServerProcessSpec = {
  name: string
  /** Contains data, log and pid file. `args` must name it, so that a stale process can be recognised. */
  directory: string
  command: string
  args: string[]
  user?: { uid: number; gid: number } | undefined
  /** In addition to our own environment. */
  environment?: NodeJS.ProcessEnv
  /** The port on which it listens, on this machine. */
  port: number
  /** The signal that lets it finish its work first. */
  stopSignal: NodeJS.Signals
  /** Whether a server answers correctly at its port. That it is this server is checked separately. `said` is its log since its start. */
  isReady: (said: () => string) => Promise<boolean>
  log: (line: string) => void
}

export type ServerProcess = Pick<Server, 'stop' | 'kill' | 'restart'> & { readonly pid: number | undefined }

/**
 * Starts a server as a child process, and logs if the server later ends by itself. The guard of its directory makes sure that it ends with
 * this process.
 */
export async function startServerProcess(spec: ServerProcessSpec): Promise<ServerProcess> {
  const pidFile = join(spec.directory, 'pid')
  const logFile = join(spec.directory, 'server.log')
  let child: ChildProcess | undefined
  /** Whether it should be running, because nobody has stopped it. */
  let isWanted = false

  async function launch(): Promise<ChildProcess> {
    // Appends, so that the last lines of a killed server can be read.
    const output = openSync(logFile, 'a')
    // Detached, because Ctrl-C goes to every process in the foreground, but the owner decides the order of the stop.
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
    const said = () => readFileSync(logFile).subarray(logged).toString()
    const answers = async () => !child?.pid || ((await spec.isReady(said)) && listensOn(child.pid, spec.port))
    try {
      await waitFor(answers, { timeoutMs: 120_000, message: `${spec.name} to answer` })
    } catch (error) {
      await kill()
      throw error
    }
    if (!child) {
      throw new Error(`${spec.name} ended at its start, see ${logFile}: ${leaveOutStacks(said()).slice(-1_500)}`)
    }
    isWanted = true
  }

  const stop = () =>
    end(async (running) => {
      sendSignal(running, spec.stopSignal)
      // As long as a person would wait at a terminal.
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

/** Keeps only the lines that matter to a person. */
function leaveOutStacks(log: string): string {
  const lines = log.split('\n').filter((line) => !/^\s+(at |\.{3} \d+ more)/.test(line))
  return lines.join('\n').trim()
}
