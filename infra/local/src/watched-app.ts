import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runAfterEnd } from '@coursewire/servers'

const tsx = createRequire(import.meta.url).resolve('tsx/cli')
const STOP_TIMEOUT_MS = 4_000

/**
 * Runs `src/main.ts` of the app in `folder`, and again whenever a file changes that it has imported, from whatever package. A
 * file that does not compile is told of, and the next change waited for. It ends with this process.
 */
export async function watchApp(app: {
  folder: string
  environment: NodeJS.ProcessEnv
  /** Where a debugger may connect. */
  inspectPort?: number | undefined
  onLine: (line: string) => void
}): Promise<{ stop: () => Promise<void> }> {
  const inspect = app.inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${app.inspectPort}`]
  const child = spawn(
    process.execPath,
    [tsx, 'watch', '--clear-screen=false', '--conditions=source', ...inspect, join(app.folder, 'src/main.ts')],
    {
      cwd: app.folder,
      env: { ...process.env, ...app.environment },
      // A group of its own: Ctrl-C reaches it through its owner, and with it all that it has started can be killed.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  await once(child, 'spawn')
  const group = `-${child.pid}`
  runAfterEnd('kill', '-KILL', '--', group)
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', app.onLine)

  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => process.kill(Number(group), 'SIGKILL'), STOP_TIMEOUT_MS)
      await exited
      clearTimeout(timer)
    },
  }
}
