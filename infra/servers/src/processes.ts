import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { waitFor } from './wait-for.ts'

type Process = { id: number; parentId: number; isZombie: boolean; command: string }

// Slim containers have no ps and macOS has no /proc.
const hasProc = existsSync('/proc/self/stat')
const listProcesses = hasProc ? listFromProc : listFromPs
const findListener = hasProc ? findListenerInProc : findListenerByLsof

/**
 * Whether the process still runs; one that has ended and only waits to be reaped does not. With `mark`, a part of its command
 * line, a later process that got the same number is not taken for it.
 */
export function isRunning(processId: number, mark = ''): boolean {
  return listProcesses().some(({ id, isZombie, command }) => id === processId && !isZombie && command.includes(mark))
}

/** Ends the process and its children with SIGKILL and returns when all are gone. */
export async function killTree(processId: number): Promise<void> {
  // Halted first, so that it has no further child between the look and the kill.
  sendSignal(processId, 'SIGSTOP')
  const children = listProcesses().filter(({ parentId }) => parentId === processId)
  const all = [processId, ...children.map(({ id }) => id)]
  for (const id of all) sendSignal(id, 'SIGKILL')
  await waitFor(() => !all.some((id) => isRunning(id)), { message: `processes ${all.join(', ')} to end` })
}

/** Ends a process that an earlier run left behind, but only if its command line names `mark`: the number may be another's by now. */
export async function killStale(processId: number, mark: string): Promise<boolean> {
  const stale = listProcesses().find(({ id, command }) => id === processId && command.includes(mark))
  if (stale) await killTree(processId)
  return stale !== undefined
}

/** Whether the process, or a child of it, listens on the port: an answer from there says only that somebody does. */
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
        // The second field is the program's name in brackets and may itself hold brackets and blanks.
        const [state, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ id: Number(entry), parentId: Number(parentId), isZombie: state === 'Z', command }]
      } catch {
        return [] // It ended while we looked.
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
    // 0A is a socket that listens; the tenth field is its inode.
    .flatMap(([, local, , state, , , , , , inode]) =>
      local?.endsWith(end) && state === '0A' ? [`socket:[${inode}]`] : [],
    )
  return processIds.some((id) => {
    const directory = `/proc/${id}/fd`
    try {
      return readdirSync(directory).some((fd) => sockets.includes(readLink(`${directory}/${fd}`)))
    } catch (error) {
      // It has ended, or it is another user's and even root in a container may not look into it: then it is believed.
      return (error as NodeJS.ErrnoException).code !== 'ENOENT'
    }
  })
}

/** Empty where it is gone by now. */
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
