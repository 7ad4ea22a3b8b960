import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a command line of an app from its sources, with the arguments of this process, and ends this process as it ends. */
export function runAppCli(path: string, settings: Record<string, string>): never {
  process.exit(callAppCli(path, process.argv.slice(2), settings))
}

/** Runs a command line of an app from its sources. Returns its exit code. */
export function callAppCli(path: string, args: string[], settings: Record<string, string>): number {
  const script = fileURLToPath(new URL(`../../../apps/${path}`, import.meta.url))
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...settings },
  })
  return status ?? 1
}

/** The database named in `DATABASE_URL`, or the one that is given. Ends this process if there is none and the command needs one. */
export function chooseDatabase(running: string | undefined, app: string): Record<string, string> {
  if (process.env['DATABASE_URL'] || process.argv.includes('--help')) return {}
  if (running) return { DATABASE_URL: running }
  console.error(
    `Nothing is running here: run npm start or docker compose up first, or name the database of ${app} in DATABASE_URL`,
  )
  process.exit(1)
}
