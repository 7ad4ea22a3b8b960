import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@coursewire/testing'
import { onTestFinished } from 'vitest'

type Line = Record<string, unknown> & { msg: string }

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const workerThatDies = fileURLToPath(new URL('./worker-process.ts', import.meta.url))

function run(args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env
  return spawn(process.execPath, args, {
    env: { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED, ...env },
  })
}

/** Starts a worker in its own process, which ends with the test. If there is a `moment`, it dies then. */
export function startWorker(env: NodeJS.ProcessEnv, moment?: string) {
  const program = moment ? ['--import', 'tsx', workerThatDies, moment] : [main]
  const child = run(program, { ...env, PORT: '0' })
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const lines: Line[] = []
  if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Line))
  child.stderr?.pipe(process.stderr)

  async function stop() {
    child.kill('SIGTERM')
    const [code, signal] = await ended
    return signal ?? code
  }
  onTestFinished(async () => void (await stop()))
  return {
    ended,
    stop,
    lines: lines as readonly Line[],
    findLines: (msg: string) => lines.filter((line) => line.msg === msg),
    waitForLine: (msg: string, count = 1) =>
      waitFor(() => lines.filter((line) => line.msg === msg)[count - 1], { message: `the line "${msg}"` }),
    /** Resolves to the address at which it listens. */
    findUrl: () => waitFor(() => lines.map(({ msg }) => /^Server listening at (.+)/.exec(msg)?.[1]).find(Boolean)),
  }
}

/** Runs the operators' command to its end. */
export async function runMails(databaseUrl: string | undefined, ...args: string[]) {
  const child = run([cli, ...args], { NO_COLOR: '1', ...(databaseUrl && { DATABASE_URL: databaseUrl }) })
  const [out, err, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'exit') as Promise<[number]>,
  ])
  return { out: out.trimEnd(), err: err.trimEnd(), code }
}
