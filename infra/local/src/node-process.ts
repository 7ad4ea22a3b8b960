import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { heapFlag } from '@coursewire/product'
import { type ServerProcess, startGuard, startServerProcess } from '@coursewire/servers'

/** Starts a Node process that is identified by its directory, which also has its log. It ends with this process. */
export function startNode(options: {
  directory: string
  entry: string
  /** A URL that answers 2xx when the process is ready. */
  readyUrl: string
  environment: NodeJS.ProcessEnv
  log: (line: string) => void
}): Promise<ServerProcess> {
  const { directory, entry, readyUrl, environment, log } = options
  rmSync(join(directory, 'server.log'), { force: true })
  mkdirSync(directory, { recursive: true })
  startGuard({ directory, isTemporary: false }, 'KILL')
  return startServerProcess({
    name: basename(directory),
    directory,
    command: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', heapFlag, entry, directory],
    environment: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...environment },
    port: Number(new URL(readyUrl).port),
    stopSignal: 'SIGTERM',
    isReady: async () => (await fetch(readyUrl, { signal: AbortSignal.timeout(5_000) })).ok,
    log,
  })
}
