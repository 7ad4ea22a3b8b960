import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runAfterEnd } from '@coursewire/servers'

const tsx = createRequire(import.meta.url).resolve('tsx/cli')
const flags = ['--clear-screen=false', '--include=sql/*', '--conditions=source']
const STOP_TIMEOUT_MS = 4_000

/**
 * Runs `src/main.ts` of the app in `folder`, and restarts it whenever a file that it has imported, from any package, or one of its SQL
 * statements changes. If a file does not compile, it reports that and waits for the next change. The app ends with this process.
 */
export async function watchApp(app: {
  folder: string
  environment: NodeJS.ProcessEnv
  /** The port for a debugger. */
  inspectPort?: number | undefined
  onLine: (line: string) => void
}): Promise<{ stop: () => Promise<void> }> {
  const inspect = app.inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${app.inspectPort}`]
  const child = spawn(process.execPath, [tsx, 'watch', ...flags, ...inspect, join(app.folder, 'src/main.ts')], {
    cwd: app.folder,
    env: { ...process.env, ...app.environment },
    // Its own process group, so that Ctrl-C reaches it through its owner, and everything that it started can be killed with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
