import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killStale, killTree, sendSignal } from './processes.ts'
import type { Server } from './server.ts'
import { waitFor } from './wait-for.ts'

export type ServerProcessSpec = {
  name: string
  /** Holds data, log and pid file. It must be named in `args`: by that a stale process is known. */
  directory: string
  isTemporary: boolean
  command: string
  args: string[]
  user?: { uid: number; gid: number } | undefined
  /** `orderly` lets it finish its work, `quick` is what it gets when its owner has died. */
  signals: { orderly: NodeJS.Signals; quick: NodeJS.Signals }
  isReady: () => Promise<boolean>
  log: (line: string) => void
}

export type ServerProcess = Pick<Server, 'stop' | 'kill' | 'restart'> & { readonly pid: number | undefined }

// Its input is a pipe from the owner, which ends however the owner ends, kill -9 included. Then it ends the server and,
// where nobody wants the data any more, removes it.
const guardScript = `
  cat >/dev/null
  server=$(cat "$1/pid" 2>/dev/null) && kill -s "$2" "$server" 2>/dev/null
  [ "$3" = temporary ] || exit 0
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
  rm -rf "$1"
`

/** Starts a server as a child process that cannot outlive this process, in whatever way this process ends. */
export async function startServerProcess(spec: ServerProcessSpec): Promise<ServerProcess> {
  const pidFile = join(spec.directory, 'pid')
  const logFile = join(spec.directory, 'server.log')
  let child: ChildProcess | undefined
  startGuard(spec)

  async function launch(): Promise<ChildProcess> {
    const output = openSync(logFile, 'w')
    // Detached: Ctrl-C in the terminal goes to every process in the foreground, but the order of the stop is the owner's.
    const launched = spawn(spec.command, spec.args, {
      ...spec.user,
      cwd: spec.directory,
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    await once(launched, 'spawn')
    launched.unref()
    writeFileSync(pidFile, String(launched.pid))
    launched.once('exit', () => {
      rmSync(pidFile, { force: true })
      child = undefined
    })
    return launched
  }

  async function end(how: (running: number) => unknown): Promise<void> {
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
    child = await launch()
    const answers = async () => !child || (await spec.isReady())
    try {
      await waitFor(answers, { timeoutMs: 60_000, message: `${spec.name} to answer` })
    } catch (error) {
      await kill()
      throw error
    }
    if (!child) throw new Error(`${spec.name} ended at its start: ${readFileSync(logFile, 'utf8').trim().slice(-1000)}`)
  }

  const stop = () =>
    end(async (running) => {
      sendSignal(running, spec.signals.orderly)
      await waitFor(() => !child, { timeoutMs: 3_000 }).catch(() => killTree(running))
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

function startGuard({ directory, isTemporary, signals }: ServerProcessSpec): void {
  const lifetime = isTemporary ? 'temporary' : 'kept'
  const guard = spawn('sh', ['-c', guardScript, 'guard', directory, signals.quick.replace('SIG', ''), lifetime], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  // The types do not say that the pipe to a child is a socket.
  ;(guard.stdin as unknown as { unref(): void }).unref()
}
