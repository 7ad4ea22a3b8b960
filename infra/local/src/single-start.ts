import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '@coursewire/testing/servers'

/** Claims `directory` for this process; null when a process that still runs has it. The claim of a dead one does not count. */
export function claimDirectory(directory: string): (() => void) | null {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'start.json')
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid }), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (isRunning(readOwner(file))) return null
    rmSync(file, { force: true })
  }
}

function readOwner(file: string): number {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid
  } catch {
    return 0 // Written half, by a process that died doing it.
  }
}
