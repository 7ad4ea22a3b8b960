import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { waitFor } from './wait-for.ts'

type Process = { id: number; parentId: number; isZombie: boolean; command: string }

// Uses both sources: slim containers have no ps, and macOS has no /proc.
const hasProc = existsSync('/proc/self/stat')
const listProcesses = hasProc ? listFromProc : listFromPs
const findListener = hasProc ? findListenerInProc : findListenerByLsof

/**
 * Whether the process is still running. A zombie is not. With `mark`, a part of its command line, a later process with the same id is not
 * mistaken for it.
 */
export function isRunning(processId: number, mark = ''): boolean {
  return listProcesses().some(({ id, isZombie, command }) => id === processId && !isZombie && command.includes(mark))
}

/** Kills the process and its children with SIGKILL, and returns when all are gone. */
export async function killTree(processId: number): Promise<void> {
  // Suspended first, so that it starts no other child between the look and the kill.
  sendSignal(processId, 'SIGSTOP')
  const children = listProcesses().filter(({ parentId }) => parentId === processId)
  const all = [processId, ...children.map(({ id }) => id)]
  for (const id of all) sendSignal(id, 'SIGKILL')
  await waitFor(() => !all.some((id) => isRunning(id)), { message: `processes ${all.join(', ')} to end` })
}

/** Kills a process that an earlier run left behind, but only if its command line contains `mark`, because another process may have its id now. */
export async function killStale(processId: number, mark: string): Promise<boolean> {
  const stale = listProcesses().find(({ id, command }) => id === processId && command.includes(mark))
  if (stale) await killTree(processId)
  return stale !== undefined
}

/** Whether the process or a child of it listens on the port. An answer alone could come from another process. */
export function listensOn(processId: number, port: number): boolean {
  const children = listProcesses().filter(({ parentId }) => parentId === processId)
  return findListener([processId, ...children.map(({ id }) => id)], port)
}

export function sendSignal(processId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(processId, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function listFromProc(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
        // The second field is the program's name in brackets, which may itself contain brackets and blanks.
        const [state, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ id: Number(entry), parentId: Number(parentId), isZombie: state === 'Z', command }]
      } catch {
        return [] // The process ended while we looked.
      }
    })
}

function listFromPs(): Process[] {
  return execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\n')
    .flatMap((line) => {
      const [, id, parentId, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      return [
        {
          id: Number(id),
          parentId: Number(parentId),
          isZombie: state?.startsWith('Z') ?? true,
          command: command ?? '',
        },
      ]
    })
}

function findListenerInProc(processIds: number[], port: number): boolean {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []))
    .map((line) => line.trim().split(/\s+/))
    // 0A marks a listening socket; the tenth field is its inode.
    .flatMap(([, local, , state, , , , , , inode]) =>
      local?.endsWith(end) && state === '0A' ? [`socket:[${inode}]`] : [],
    )
  return processIds.some((id) => {
    const directory = `/proc/${id}/fd`
    try {
      return readdirSync(directory).some((fd) => sockets.includes(readLink(`${directory}/${fd}`)))
    } catch (error) {
      // The process has ended, or belongs to another user and even root in a container may not inspect it. Then we trust the answer.
      return (error as NodeJS.ErrnoException).code !== 'ENOENT'
    }
  })
}

/** Returns an empty text if the process is gone. */
function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

function findListenerByLsof(processIds: number[], port: number): boolean {
  const about = ['-nP', '-a', '-p', processIds.join(','), `-iTCP:${port}`, '-sTCP:LISTEN']
  return spawnSync('lsof', about, { stdio: 'ignore' }).status === 0
}
