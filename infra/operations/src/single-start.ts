import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '@coursewire/servers'

/** The process that owns a directory. The command is needed because a later process may get the same id. */
interface Owner {
  pid: number
  command: string
}

/** Claims `directory` for this process. Returns null if a running process has it. The claim of a dead one does not count. */
export function claimDirectory(directory: string): (() => void) | null {
  mkdirSync(directory, { recursive: true })
  const claim = join(directory, 'owner')
  const draft = mkdtempSync(`${claim}-`)
  writeFileSync(join(draft, 'process.json'), JSON.stringify({ pid: process.pid, command: process.argv[1] ?? '' }))
  for (;;) {
    // A rename moves a directory with its contents and never replaces a non-empty one, so only one process gets the claim.
    if (tryRename(draft, claim)) return () => rmSync(claim, { recursive: true, force: true })
    if (findOwner(directory)) {
      rmSync(draft, { recursive: true })
      return null
    }
    // The process that moves the old claim away removes it, or puts it back if another process had just claimed it.
    const old = `${draft}-old`
    if (!tryRename(claim, old)) continue
    if (isAlive(readOwner(old))) tryRename(old, claim)
    rmSync(old, { recursive: true, force: true })
  }
}

/** Returns the running process that has claimed the directory. */
export function findOwner(directory: string): Owner | null {
  const owner = readOwner(join(directory, 'owner'))
  return isAlive(owner) ? owner : null
}

function isAlive(owner: Owner | null): owner is Owner {
  return owner !== null && isRunning(owner.pid, owner.command)
}

function readOwner(claim: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(claim, 'process.json'), 'utf8')) as Owner
  } catch {
    return null
  }
}

/** Returns false if the new path exists, or the old one does not any more. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(String((error as NodeJS.ErrnoException).code))) throw error
    return false
  }
}
