import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

type Options = { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number; timeout?: number; input?: string }

/** Runs a program and returns its output. If it fails, the error quotes its output from both streams. */
export async function runProgram(program: string, args: string[], options: Options = {}) {
  const { input = '', ...others } = options
  const running = promisify(execFile)(program, args, { ...others, maxBuffer: 64 * 1024 * 1024 })
  running.child.stdin?.on('error', () => {}).end(input)
  return running.catch((cause: Failure) => {
    throw new Error(`${program}: ${explainFailure(cause)}`, { cause })
  })
}

type Failure = Error & { code?: unknown; signal?: string | null; stdout?: string; stderr?: string }

function explainFailure({ code, signal, stdout = '', stderr = '', message }: Failure): string {
  if (code === 'ENOENT') return 'not found'
  // Without an exit code it never ran, or its output was too large.
  if (typeof code === 'string') return message
  const said = [stderr, stdout]
    .map((output) => output.trim().slice(-1_500))
    .join('\n')
    .trim()
  const end = signal ? `was ended by ${signal}` : `ended with code ${String(code)}`
  return said === '' ? `${end} and said nothing` : `${end} and said: ${said}`
}
