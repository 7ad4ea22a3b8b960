import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { runAfterEnd } from '@coursewire/servers'

const tsx = createRequire(import.meta.url).resolve('tsx/cli')
const flags = ['--clear-screen=false', '--include=sql/*', '--include=dist/client/manifest.json']
const STOP_TIMEOUT_MS = 4_000

/**
 * Runs `src/main.ts` of the app in `folder`, and restarts it whenever a file that it has imported, from any package, or one of its SQL
 * statements changes. What it has for browsers is built again when that changes. If a file does not compile, it reports that and waits for
 * the next change. The app ends with this process.
 */
export async function watchApp(app: {
  folder: string
  environment: NodeJS.ProcessEnv
  /** The port for a debugger. */
  inspectPort?: number | undefined
  onLine: (line: string) => void
}): Promise<{ stop: () => Promise<void> }> {
  const inspect = app.inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${app.inspectPort}`]
  const programs = [[tsx, 'watch', ...flags, ...inspect, join(app.folder, 'src/main.ts')]]
  // Nothing is deleted: an open page may still load what an earlier build has written.
  if (existsSync(join(app.folder, 'vite.config.ts')))
    programs.push([findVite(), 'build', '--watch', '--no-emptyOutDir', '--logLevel=warn'])
  const watching = await Promise.all(programs.map((program) => startWatching(program, app)))
  return { stop: async () => void (await Promise.all(watching.map((one) => one.stop()))) }
}

const findVite = () => join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')

async function startWatching(
  program: string[],
  { folder, environment, onLine }: Pick<Parameters<typeof watchApp>[0], 'folder' | 'environment' | 'onLine'>,
): Promise<{ stop: () => Promise<void> }> {
  const child = spawn(process.execPath, program, {
    cwd: folder,
    env: { ...process.env, ...environment },
    // Its own process group, so that Ctrl-C reaches it through its owner, and everything that it started can be killed with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(child, 'spawn')
  const group = `-${child.pid}`
  runAfterEnd('kill', '-KILL', '--', group)
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', onLine)

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
