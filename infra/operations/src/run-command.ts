import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runCommandLine, type Terminal } from '@coursewire/service-kit'

interface Outcome {
  code: number
  out: string
  err: string
}

/** Runs a command without a process of its own. This and what follows is for tests. */
export async function runHere(
  create: (terminal: Terminal) => Parameters<typeof runCommandLine>[0],
  env: NodeJS.ProcessEnv,
  args: string[],
): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const terminal = { env, print: (text: string) => void out.push(text), note: (text: string) => void err.push(text) }
  const code = await runCommandLine(create(terminal), args, terminal)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** Starts the script of a command as a process. */
export function startProcess(script: URL, env: NodeJS.ProcessEnv, args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(script), ...args], {
    env: { PATH: process.env['PATH'], ...env },
  })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([out, err, [code]]): Outcome => ({ code, out: out.trimEnd(), err: err.trimEnd() }),
  )
  return { ended, interrupt: () => child.kill('SIGINT') }
}

export const runProcess = (...process: Parameters<typeof startProcess>) => startProcess(...process).ended
